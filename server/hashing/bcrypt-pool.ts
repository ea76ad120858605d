import { availableParallelism } from 'node:os';

import { Piscina } from 'piscina';

import type { Bcrypt } from './bcrypt-sha256.ts';
import { createFairQueue } from './fair-queue.ts';

/** bcrypt in worker threads, one a core. */
export interface BcryptPool {
  bcrypt: Bcrypt;
  close(): Promise<void>;
}

// About three seconds of work at any cost: whoever would wait longer is told so at once.
const mostWaiting = (cost: number): number => Math.max(2, Math.round(40 / 2 ** (cost - 10)));

// Threads that hash give way to the one that answers, but not so far that on one core a flood of
// reads keeps a login waiting. Measured, see docs/decisions/0014.
const niceIncrement = 5;

export function createBcryptPool({
  cost = 10,
  threads = availableParallelism(),
  nice = niceIncrement,
} = {}): BcryptPool {
  const workers = new Piscina<Omit<Parameters<Bcrypt>[0], 'lane'>, string>({
    filename: new URL('./bcrypt-worker.mjs', import.meta.url).href,
    name: 'hash',
    minThreads: threads,
    maxThreads: threads,
    niceIncrement: nice,
    // The main thread's own preparations are of no use to a worker.
    execArgv: [],
  });
  const queue = createFairQueue({ atOnce: threads, most: threads * mostWaiting(cost) });
  return {
    bcrypt: async ({ lane, ...task }) => await queue.run(lane, async () => await workers.run(task)),
    close: async () => await workers.close({ force: true }),
  };
}
