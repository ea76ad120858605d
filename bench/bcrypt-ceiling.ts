import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

import bcrypt from 'bcrypt';

import { hash } from '../server/hashing/bcrypt-worker.mjs';
import { doJobs } from './children.ts';

/** How many hashes, and how long. */
export interface CeilingJob {
  cost: number;
  milliseconds: number;
}

/** What the machine can hash when it does nothing else. */
export interface Ceiling {
  hashes: number;
  perSecond: number;
}

// One thread a core, as in the server, but neither nice nor with a queue or a server before it.
if (isMainThread) {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL(import.meta.url), { execArgv: [] }),
  );
  doJobs(async (job) => {
    // `steps.ts` sends nothing else.
    const parts = await Promise.all(workers.map(async (worker) => await partOf(worker, job as CeilingJob)));
    const sum = (key: keyof Ceiling): number => parts.reduce((total, part) => total + part[key], 0);
    return { hashes: sum('hashes'), perSecond: sum('perSecond') };
  });
} else {
  parentPort?.on('message', (job: CeilingJob) => parentPort?.postMessage(hashFor(job)));
}

async function partOf(worker: Worker, job: CeilingJob): Promise<Ceiling> {
  const answer = once(worker, 'message');
  worker.postMessage(job);
  // `once` gives the arguments of an event, which it cannot know.
  const [part] = (await answer) as [Ceiling];
  return part;
}

function hashFor({ cost, milliseconds }: CeilingJob): Ceiling {
  const salt = bcrypt.genSaltSync(cost);
  // As long as what the server hashes, an HMAC-SHA256 in base64.
  const key = 'k'.repeat(44);
  const startedAt = performance.now();
  let hashes = 0;
  do {
    hash({ key, salt, padding: [] });
    hashes += 1;
  } while (performance.now() - startedAt < milliseconds);
  return { hashes, perSecond: (hashes / (performance.now() - startedAt)) * 1000 };
}
