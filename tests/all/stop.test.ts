import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { describe, expect, test } from 'vitest';

import { isMany } from '../support/many.ts';
import { addressOf, projectFolder, run, startLine, withNode } from '../support/process.ts';
import type { Running } from '../support/process.ts';

const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' });

/** A registration whose body has half arrived: under way for as long as the test likes. */
async function halfRequest(url: string): Promise<{ finish(): Promise<string>; socket: Socket }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = `POST /api/auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  socket.write(`${head}Expect: 100-continue\r\n\r\n`);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  // The server has the request once it asks for the body.
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.write(body.slice(0, 10));
  return {
    socket,
    finish: async () =>
      await new Promise((resolve) => {
        socket.once('data', () => resolve(answer));
        socket.write(body.slice(10));
      }),
  };
}

const isRefused = async (url: string): Promise<boolean> =>
  await fetch(url).then(
    () => false,
    () => true,
  );

/** The ways a server is asked to stop: by its process manager, by npm's, by Ctrl-C. */
const ways: [string, (server: Running) => void][] = [
  ['SIGTERM to npm alone', (server) => signal(npmOf(server), 'SIGTERM')],
  ['SIGINT to the whole group', (server) => signal(-npmOf(server), 'SIGINT')],
];
const rarerWays: typeof ways = [
  ['SIGINT to npm alone', (server) => signal(npmOf(server), 'SIGINT')],
  ['SIGTERM to the whole group', (server) => signal(-npmOf(server), 'SIGTERM')],
];

const npmOf = (server: Running): number => server.child.pid ?? 0;
const signal = (target: number, name: NodeJS.Signals): boolean => process.kill(target, name);

describe.skipIf(process.platform === 'win32')('a server that is asked to stop', () => {
  test.each(isMany ? [...ways, ...rarerWays] : ways)(
    'by %s answers what is under way, then lets go of the port',
    async (_way, stop) => {
      using project = projectFolder();
      await using server = run('exec npm start', { cwd: project.path, env: { PORT: '0' } });
      const url = await addressOf(server);
      const request = await halfRequest(url);
      stop(server);
      await server.until(/"server\.stopping"/);
      expect(await isRefused(`${url}/livez`)).toBe(true);

      expect(await request.finish()).toContain('HTTP/1.1 201 Created');
      const answered = performance.now();
      await server.ended;
      // Loosely bounded: the connection would be kept alive for five seconds more.
      expect(performance.now() - answered).toBeLessThan(4000);
      expect(server.printed()).toContain('"server.stopped"');

      await using next = run(startLine, { cwd: project.path, env: { ...withNode(), PORT: new URL(url).port } });
      expect(await addressOf(next)).toBe(url);
      const login = await fetch(`${url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(login.status).toBe(200);
    },
  );

  test('a second time, a second or more later, ends at once; the same Ctrl-C arriving twice does not', async () => {
    using project = projectFolder();
    await using server = run('exec npm start', { cwd: project.path, env: { PORT: '0' } });
    const request = await halfRequest(await addressOf(server));
    const started = performance.now();
    let isRunning = true;
    void server.ended.then(() => (isRunning = false));
    const asking = setInterval(() => isRunning && signal(-npmOf(server), 'SIGINT'), 50);
    await server.ended;
    clearInterval(asking);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(performance.now() - started).toBeLessThan(9000);
    expect(server.printed()).not.toContain('"server.stopped"');
    request.socket.destroy();
  });
});
