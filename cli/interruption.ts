import { Unusable } from '../server/db/sqlite-file.ts';
import type { Work } from './into-new-file.ts';

/** Ctrl-C takes effect between two steps, so that the half database is cleared away as after any other failure. */
export function untilInterrupted(work: Work, onProgress: (done: number) => void): (done: number) => void {
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  return (done) => {
    onProgress(done);
    if (isInterrupted) throw new Unusable(`The ${work} was interrupted, and nothing of it was kept.`);
  };
}

/** For work of which each step is there whole or not at all, so that nothing has to be cleared away. */
export function endWhenInterrupted(sentence: string): void {
  const end = (): void => {
    console.error(`\n${sentence}`);
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
}
