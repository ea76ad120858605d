import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder in which npm finds the project's scripts, so that files with default names get in nobody's way. */
export function projectFolder(): Disposable & { path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-project-'));
  cpSync(join(root, 'package.json'), join(path, 'package.json'));
  for (const name of ['node_modules', 'server', 'client', 'cli', 'drizzle', 'examples']) {
    symlinkSync(join(root, name), join(path, name), 'junction');
  }
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const anyPort = { PORT: '0' };

/** What `npm run latchkey` runs, to be run without npm. */
export const latchkeyLine = 'node --import ./server/preload.mjs cli/latchkey.ts';

/** The same for `npm start`. */
export const startLine = `${latchkeyLine} serve`;

/** The environment in which that line finds the project's own Node. */
export function withNode(): Record<string, string> {
  return {
    ...anyPort,
    PATH: `${root}/node_modules/.bin${process.platform === 'win32' ? ';' : ':'}${process.env['PATH']}`,
  };
}

/** A process and all that it has printed. */
export interface Running extends AsyncDisposable {
  child: ChildProcess;
  printed(): string;
  /** Resolves once something printed fits, rejects when the process ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the process and everything that shares its output is gone. */
  ended: Promise<{ code: number | null; signal: string | null }>;
}

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Runs as this user, where the tests run as root. */
  uid?: number;
}

/** Runs a command line in a shell and a process group of its own. */
export function run(command: string, { cwd, env = {}, uid }: RunOptions): Running {
  const { DATABASE_URL: _ours, FORCE_COLOR: _colours, ...inherited } = process.env;
  const child = spawn(command, {
    cwd,
    // Where `CI` is set some programs print colours, which would stand between the words that are waited for.
    env: { ...inherited, NO_COLOR: '1', ...env },
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  });
  let printed = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      listeners.forEach((listener) => listener());
    });
  }
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

  return {
    child,
    ended,
    printed: () => printed,
    until: async (pattern) =>
      await new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(printed);
          if (found) resolve(found);
        };
        listeners.add(look);
        void ended.then(() => reject(new Error(`It ended before it printed ${String(pattern)}:\n${printed}`)));
        look();
      }),
    async [Symbol.asyncDispose]() {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // The whole group is gone already.
      }
      await ended;
    },
  };
}

/** The address in what a server printed at its start. */
export async function addressOf(server: Running): Promise<string> {
  const [, url = ''] = await server.until(/Server running at (http:\/\/localhost:\d+)/);
  return url;
}
