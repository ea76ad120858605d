import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { endChildren } from './children.ts';

/** What a run may use, and is gone after it. */
export interface Run {
  /** On a disk: the folder for temporary files is often in memory. */
  folder: string;
  stack: AsyncDisposableStack;
  /** Aborted when the run ends before its time. */
  signal: AbortSignal;
}

/** Runs a benchmark, and ends what it has started and takes its files away: also on Ctrl-C, and after too long. */
export function runToEnd(main: (run: Run) => Promise<void>, limitSeconds: number): void {
  const parent = fileURLToPath(new URL('.tmp/', import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(`${parent}run-`);
  const stack = new AsyncDisposableStack();
  const stopped = new AbortController();
  stack.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  stack.defer(endChildren);

  let isStopping = false;
  function stop(code: number, reason: unknown = ''): void {
    if (isStopping) return;
    isStopping = true;
    if (reason) console.error(reason);
    stopped.abort();
    void stack.disposeAsync().finally(() => process.exit(code));
  }

  // Ctrl-Break, which is on Windows only.
  const more = process.platform === 'win32' ? (['SIGBREAK'] as const) : [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', ...more] as const)
    process.on(signal, () => stop(130, 'Stopped.'));
  setTimeout(() => stop(1, `Not done after ${limitSeconds} seconds.`), limitSeconds * 1000).unref();
  main({ folder, stack, signal: stopped.signal }).then(
    () => stop(0),
    (error: unknown) => stop(1, error),
  );
}
