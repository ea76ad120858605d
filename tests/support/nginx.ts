import { execFileSync, spawn } from 'node:child_process';
import { request } from 'node:https';
import { connect } from 'node:net';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './postgres-cluster.ts';
import { selfSigned } from './self-signed.ts';
import { textOf } from './sources.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An answer through the proxy. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface Nginx extends AsyncDisposable {
  /** @param call `onData` is called whenever a part of the answer has come: of a stream they come one by one. */
  ask(
    path: string,
    call?: { body?: unknown; headers?: Record<string, string>; onData?: (textSoFar: string) => void },
  ): Promise<Answer>;
  /** Sends the beginning of a POST, and not the rest. */
  begin(path: string): { begun: Promise<unknown>; end(): void };
}

export const hasNginx = ((): boolean => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** nginx with deploy/nginx.conf, in front of these ports on loopback instead of the names of containers. */
export async function startNginx(ports: number[]): Promise<Nginx> {
  const folder = temporaryFolder();
  const pair = selfSigned();
  if (!pair) throw new Error('There is no openssl');
  writeFileSync(folder.file('privkey.pem'), pair['server.key']);
  writeFileSync(folder.file('fullchain.pem'), pair['server.crt']);
  const port = await freePort();
  let config = textOf('deploy/nginx.conf')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('/etc/nginx/tls', folder.path)
    // Debian's nginx is older than this line.
    .replace('    http2 on;\n', '');
  ports.forEach((one, index) => (config = config.replace(`latchkey-${index + 1}:3000`, `127.0.0.1:${one}`)));
  const stop = await runNginx(config, port);

  const ask: Nginx['ask'] = async (path, { body, headers = {}, onData = () => {} } = {}) =>
    await new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          path,
          servername: 'localhost',
          ca: pair['server.crt'],
          agent: false,
          method: body === undefined ? 'GET' : 'POST',
          headers: { 'content-type': 'application/json', ...headers },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
            onData(text);
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        },
      );
      asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });

  const begin: Nginx['begin'] = (path) => {
    const options = { host: '127.0.0.1', port, path, servername: 'localhost', ca: pair['server.crt'], agent: false };
    const asked = request({ ...options, method: 'POST', headers: { 'content-length': '100' } });
    asked.on('error', () => {});
    return { begun: new Promise((resolve) => asked.write('{', resolve)), end: () => void asked.destroy() };
  };
  return {
    ask,
    begin,
    async [Symbol.asyncDispose]() {
      await stop();
      folder[Symbol.dispose]();
    },
  };
}

/** nginx with this configuration, once it listens on this port of loopback. */
export async function runNginx(config: string, port: number): Promise<() => Promise<void>> {
  const folder = temporaryFolder();
  writeFileSync(folder.file('nginx.conf'), `daemon off;\npid ${folder.file('pid')};\n${config}`);
  const child = spawn('nginx', ['-c', folder.file('nginx.conf'), '-e', folder.file('error.log')], { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  for (let tries = 0; !(await isListening(port)); tries += 1) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`nginx does not listen on port ${port}`);
    await sleep(50);
  }
  return async () => {
    child.kill('SIGTERM');
    await ended;
    folder[Symbol.dispose]();
  };
}

const isListening = async (port: number): Promise<boolean> =>
  await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
