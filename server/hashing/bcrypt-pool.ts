import { availableParallelism } from 'node:os';

import { Piscina } from 'piscina';

import { noMetrics } from '../kernel/metrics.ts';
import { Refusal } from '../kernel/refusal.ts';
import type { Bcrypt } from './bcrypt-sha256.ts';
import { createFairQueue } from './fair-queue.ts';
import type { Derivation } from './foreign-hash.ts';
import type { Foreign } from './foreign-hasher.ts';

/** bcrypt in worker threads, one a core, and what other systems hash with beside it, in the same turns. */
export interface BcryptPool {
  bcrypt: Bcrypt;
  foreign: Foreign;
  close(): Promise<void>;
}

type Task = Omit<Parameters<Bcrypt>[0], 'lane'> | (Derivation & { password: string; cost: number });

// About three seconds of work at any cost: whoever would wait longer is told so at once.
const mostWaiting = (cost: number): number => Math.max(2, Math.round(40 / 2 ** (cost - 10)));

// Threads that hash give way to the one that answers, but not so far that on one core a flood of
// reads keeps a login waiting. Measured, see docs/decisions/0014.
const niceIncrement = 5;

export function createBcryptPool({
  cost = 10,
  threads = availableParallelism(),
  nice = niceIncrement,
  metrics = noMetrics,
} = {}): BcryptPool {
  const workers = new Piscina<Task, string>({
    filename: new URL('./bcrypt-worker.mjs', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    niceIncrement: nice,
    // The main thread's own preparations are of no use to a worker.
    execArgv: [],
  });
  const queue = createFairQueue({ atOnce: threads, most: threads * mostWaiting(cost) });
  metrics.hashesWaiting(() => queue.waiting());

  async function inTurn(lane: string, task: Task, name: 'hash' | 'hashForeign'): Promise<string> {
    const begin = metrics.hashing();
    const hash = async (): Promise<string> => {
      const ended = begin();
      return await workers.run(task, { name }).finally(ended);
    };
    try {
      return await queue.run(lane, hash);
    } catch (error) {
      if (error instanceof Refusal) metrics.hashRefused();
      throw error;
    }
  }

  return {
    bcrypt: async ({ lane, ...task }) => await inTurn(lane, task, 'hash'),
    foreign: async ({ lane, ...task }) => await inTurn(lane, { ...task, cost }, 'hashForeign'),
    close: async () => await workers.close({ force: true }),
  };
}
