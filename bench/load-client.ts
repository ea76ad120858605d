import { performance } from 'node:perf_hooks';

import { doJobs } from './children.ts';
import { keepAsking } from './keep-asking.ts';
import type { Load } from './keep-asking.ts';
import { keepAwake } from './keep-awake.ts';
import { percentile } from './statistics.ts';

/** What a client saw of one load. */
export interface Seen {
  answers: number;
  perSecond: number;
  p99Milliseconds: number;
  /** The part of the time in which the client itself had something to do; near 1 it is what is measured. */
  clientBusy: number;
}

async function carry(load: Load): Promise<Seen> {
  const startedAt = performance.now();
  const busyBefore = performance.eventLoopUtilization();
  const took: number[] = [];
  let inTime = 0;
  let lastInTime = startedAt;
  const noteAnswer = (at: number, milliseconds: number): void => {
    // Also the late ones: without them whoever waited longest would be left out.
    took.push(milliseconds);
    if (at > startedAt + load.milliseconds) return;
    inTime += 1;
    lastInTime = at;
  };
  const awake = load.isAwake ? keepAwake(() => took.length) : undefined;
  await Promise.all(Array.from({ length: load.connections }, async () => await keepAsking(load, noteAnswer)));
  return {
    answers: took.length,
    // To the last answer and not to the end: of a few slow ones a part of one would be lost. Where even the first
    // was late, all of them count, with the time that they took.
    perSecond: (inTime > 0 ? inTime / (lastInTime - startedAt) : took.length / (performance.now() - startedAt)) * 1000,
    p99Milliseconds: percentile(took, 0.99),
    clientBusy: awake?.() ?? performance.eventLoopUtilization(busyBefore).utilization,
  };
}

// `steps.ts` sends nothing else.
doJobs(async (job) => ({ ...(await carry(job as Load)) }));
