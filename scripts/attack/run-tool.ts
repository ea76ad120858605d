import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Every tool that runs, and none but those: nothing else is ever ended. */
const running = new Set<ChildProcess>();

const folders = (process.env['PATH'] ?? '').split(':');
const mostKept = 1_000_000;
/** What `timeout` ends with when it has ended a tool, gently or not. */
const timedOut = new Set<number | null>([124, 137]);

/** Which of these commands this machine does not have. */
export const missingOf = (tools: string[]): string[] =>
  tools.filter((tool) => !folders.some((path) => has(path, tool)));

function has(path: string, tool: string): boolean {
  try {
    accessSync(join(path, tool), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Ran {
  /** What it printed, without colours; of very much only the end. */
  printed: string;
  isTimedOut: boolean;
}

/** Runs a tool that keeps its own files in `folder`, and ends it and all it has started when the time is over. */
export async function runTool(
  [tool, ...args]: [string, ...string[]],
  { folder, seconds }: { folder: string; seconds: number },
): Promise<Ran> {
  const child = spawn('timeout', ['-k', '5', String(seconds), tool, ...args], {
    cwd: folder,
    // No proxy of this shell: everything stays on this machine.
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', TERM: 'dumb' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-mostKept)));
  await once(child, 'close');
  running.delete(child);
  // oxlint-disable-next-line no-control-regex -- what colours are made of
  return { printed: printed.replaceAll(/\u001B\[[\d;]*[A-Za-z]/g, ''), isTimedOut: timedOut.has(child.exitCode) };
}

/** `timeout` hands the signal on to what it runs. */
export async function endTools(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGTERM');
      await once(child, 'close');
    }),
  );
}
