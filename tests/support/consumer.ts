import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';

import { inject } from 'vitest';

import { root, run, withNode } from './process.ts';
import type { Running } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A project of somebody else, outside the repository, with Latchkey installed from its packed file. */
export interface Consumer extends Disposable {
  file(name: string): string;
  /** Runs a command line to its end, on the project's own Node; resolves to what it printed. */
  run(command: string): Promise<string>;
  /** Runs a compiler; resolves to the lines about faults. */
  compile(command: string): Promise<string[]>;
  /** Starts a program that goes on. */
  start(command: string): Promise<Running>;
  /** Starts a server, which prints where it listens; `PORT` is 0, for those that take it. */
  serve(command: string, env?: Record<string, string>): Promise<Running & { url: string }>;
}

// A registry that is silent for a moment is asked again, where npm would wait for five minutes.
const askAgain = '--fetch-timeout=15000 --fetch-retries=6 --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=5000';

/** Copies a folder of `tests/all/package/consumers`, or of `from`, and installs what its package.json names. */
export async function consumer(
  name: string,
  { trpc, from = 'tests/all/package/consumers' }: { trpc?: string; from?: string } = {},
): Promise<Consumer> {
  const folder = temporaryFolder();
  // Not what somebody has installed or built in there.
  const isSource = (path: string): boolean => !/\/(node_modules|dist|\.next|\w+\.db.*)$/.test(path);
  cpSync(join(root, from, name), folder.path, { recursive: true, filter: isSource });
  const packed = inject('packed');
  for await (const manifest of glob('{.,packages/*}/package.json', { cwd: folder.path })) {
    const text = readFileSync(folder.file(manifest), 'utf8')
      .replace(/"(latchkey(?:-client)?)": "(?:packed|\^[\d.]+)"/g, (_, one: keyof typeof packed) =>
        JSON.stringify({ [one]: `file:${packed[one]}` }).slice(1, -1),
      )
      .replaceAll('^11.22.1', trpc ?? '^11.22.1');
    writeFileSync(folder.file(manifest), text);
  }
  // As outside of a test, where builds are for production.
  const env = { ...withNode(), NODE_ENV: '', NEXT_TELEMETRY_DISABLED: '1' };
  const options = { cwd: folder.path, env };
  const end = async (command: string): Promise<{ code: number | null; printed: string }> => {
    await using running = run(command, options);
    const { code } = await running.ended;
    return { code, printed: running.printed() };
  };
  const done = async (command: string): Promise<string> => {
    const { code, printed } = await end(command);
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${printed}`);
    return printed;
  };
  await done(`npm install --no-audit --no-fund --prefer-offline --loglevel=error ${askAgain}`);
  return {
    file: (path) => folder.file(path),
    run: done,
    async compile(command) {
      const { code, printed } = await end(command);
      const faults = printed.split('\n').filter((line) => line.includes('error TS'));
      if (code !== 0 && faults.length === 0) throw new Error(`${command} ended with ${code}:\n${printed}`);
      return faults;
    },
    start: async (command) => run(command, options),
    async serve(command, more = {}) {
      const running = run(command, { ...options, env: { ...env, ...more } });
      const [, port = ''] = await running.until(
        /(?:listening .*"port":|(?:Local:|Listening on) +http:\/\/localhost:)(\d+)/,
      );
      return { ...running, url: `http://localhost:${port}` };
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** What a program said after the word `answer`, which is JSON; a log may stand around it. */
export const answerIn = (printed: string): unknown => JSON.parse(/^answer (.+)$/m.exec(printed)?.[1] ?? '');
