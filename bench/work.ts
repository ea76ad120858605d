import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the main thread of a process did so far, in seconds; it slept for the rest. */
export interface Work {
  worked: number;
  /** Had something to do, and no processor to do it on. */
  waited: number;
}

/** As Linux counts it; `undefined` elsewhere. */
export function workOf({ pid }: ChildProcess): Work | undefined {
  try {
    const [worked, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
    return { worked: (worked ?? 0) / 1e9, waited: (waited ?? 0) / 1e9 };
  } catch {
    return undefined;
  }
}

/** What it did since then. */
export function workSince(child: ChildProcess, before: Work | undefined): Work | undefined {
  const after = workOf(child);
  return before && after && { worked: after.worked - before.worked, waited: after.waited - before.waited };
}
