import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which processors a process may run on, as `taskset` (of Linux) writes them. */
export interface Cores {
  all: string;
  /** One of them for the server that is measured. */
  server: string;
  /** And another one for the client. */
  client: string;
}

/** `undefined` where processes cannot be kept apart: without `taskset`, or with one processor. */
export function findCores(): Cores | undefined {
  try {
    const printed = execFileSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' });
    return availableParallelism() > 1 ? coresIn(printed.split(': ').at(-1)?.trim() ?? '') : undefined;
  } catch {
    return undefined;
  }
}

/** @param list such as `0-3,6` */
export function coresIn(list: string): Cores {
  const numbers = list.split(',').flatMap((range) => range.split('-'));
  return { all: list, server: numbers[0] ?? '', client: numbers.at(-1) ?? '' };
}

/** Also for the threads that it has already; those to come do as the one that starts them. */
export function keepOn(cores: string, { pid }: ChildProcess): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
}
