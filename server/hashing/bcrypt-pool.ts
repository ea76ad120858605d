import { availableParallelism } from 'node:os';

import { Piscina } from 'piscina';

import type { Bcrypt } from './bcrypt-sha256.ts';
import { createFairQueue } from './fair-queue.ts';

/** bcrypt in worker threads, one a core. */
export interface BcryptPool {
  bcrypt: Bcrypt;
  close(): Promise<void>;
}

// About three seconds of work at cost 10: whoever would wait longer is told so at once.
const mostWaitingPerThread = 40;

// Threads that hash give way to the one that answers, but not so far that on one core a flood of
// reads keeps a login waiting. Measured, see docs/decisions/0014.
const niceIncrement = 5;

export function createBcryptPool({ threads = availableParallelism(), nice = niceIncrement } = {}): BcryptPool {
  const workers = new Piscina<{ key: string; salt: string }, string>({
    filename: new URL('./bcrypt-worker.mjs', import.meta.url).href,
    name: 'hash',
    minThreads: threads,
    maxThreads: threads,
    niceIncrement: nice,
    // The main thread's own preparations are of no use to a worker.
    execArgv: [],
  });
  const queue = createFairQueue({ atOnce: threads, most: threads * mostWaitingPerThread });
  return {
    bcrypt: async ({ key, salt, lane }) => await queue.run(lane, async () => await workers.run({ key, salt })),
    close: async () => await workers.close({ force: true }),
  };
}
