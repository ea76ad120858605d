import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { root } from '../process.ts';

/** A server in a process of its own, that can be ended like a process on which the machine pulls the plug. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  pid: number;
  isAlive(): boolean;
  /** What it has printed last. */
  printed(): string;
  /** Asks it to stop, and resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL: nothing of it runs any more. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  databaseUrl: string;
  env?: Record<string, string>;
  /** Files of `plants/`, loaded before the server. */
  plants?: string[];
  /** What runs Node, such as `strace -f`. */
  runner?: string[];
  uid?: number;
  /** A file descriptor to log to; then PORT must be given. By default what is printed is read. */
  logTo?: number;
}

const mostKept = 100_000;

/** The process at once, and the server once it listens; rejects with what it printed if it ends before. */
export function launch(options: ServerOptions): { kill: () => Promise<void>; listening: Promise<ServerProcess> } {
  const { databaseUrl, env = {}, plants = [], runner = [], uid, logTo } = options;
  const imports = ['server/preload.mjs', ...plants.map((name) => `tests/support/crash/plants/${name}.mjs`)];
  const [command, ...args] = [
    ...runner,
    process.execPath,
    ...imports.flatMap((file) => ['--import', join(root, file)]),
    join(root, 'cli/latchkey.ts'),
    'serve',
  ];
  const child = spawn(command, args, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      RATE_LIMITS: 'off',
      DATABASE_URL: databaseUrl,
      ...env,
    },
    detached: true,
    stdio: ['ignore', logTo ?? 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const pid = child.pid ?? 0;
  let printed = '';
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    // The group, because a runner stands between.
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, name);
    await ended;
  };
  const kill = async (): Promise<void> => await signal('SIGKILL');

  const listening = new Promise<ServerProcess>((resolve, reject) => {
    const onText = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-mostKept);
      const [, url] = /Server running at (http:\/\/localhost:\d+)/.exec(printed) ?? [];
      if (url) resolve(server(url));
    };
    child.stdout?.on('data', onText);
    child.stderr?.on('data', onText);
    child.on('error', reject);
    if (logTo !== undefined) untilAlive(`http://localhost:${env['PORT']}`).then((url) => resolve(server(url)), reject);
    void ended.then(() => reject(new Error(`The server ended before it listened:\n${printed}`)));
  });
  // Whoever ends it meanwhile does not wait for it.
  listening.catch(() => {});

  const server = (url: string): ServerProcess => ({
    url,
    pid,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    printed: () => printed,
    stop: async () => await signal('SIGTERM'),
    kill,
    [Symbol.asyncDispose]: kill,
  });
  return { kill, listening };
}

async function untilAlive(url: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(`${url}/livez`);
      return url;
    } catch (error) {
      if (tries === 200) throw error;
    }
    await sleep(25);
  }
}

export const startServer = async (options: ServerOptions): Promise<ServerProcess> => await launch(options).listening;
