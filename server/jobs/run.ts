import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { JobOutcome, Metrics } from '../kernel/metrics.ts';
import { changeTaken, deleteTaken } from './queries.ts';
import type { Taken } from './queries.ts';
import { mostAttempts, schedule } from './schedule.ts';

/** What is done with one job: it returns when it is done, and throws where it is to be tried again. */
export type Work = (data: unknown, about: AboutJob) => Promise<void>;

export interface AboutJob {
  /** The same at each attempt. */
  id: string;
  /** 1 the first time. */
  attempt: number;
  /** Aborted when going on is of no use: it took too long, belongs to another process by now, or this one stops. */
  signal: AbortSignal;
}

/** One attempt at one job. */
export interface Run {
  kind: string;
  /** Never rejects. */
  ended: Promise<void>;
  /** Keeps others from taking it, as long as it is under way. */
  prolong(): Promise<void>;
  /** Nothing is written about it any more, whatever becomes of it. */
  abandon(): Promise<void>;
}

interface Parts {
  db: Database;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

export function startRun(
  { db, clock, log, metrics }: Parts,
  { job, work, until }: { job: Taken; work: Work; until: Date },
): Run {
  // What is written here may be lost with the power: then the job is done again, as it may always be.
  const { unsynced } = db;
  const stopping = new AbortController();
  const { signal } = stopping;
  const begun = clock.now().getTime();
  let leaseUntil = until.getTime();
  let isAbandoned = false;

  async function attempt(): Promise<void> {
    const measured = metrics.job(job.kind);
    const failure = await failureOf();
    if (!isAbandoned) measured(failure ? await putOff(failure) : await finish());
  }

  async function failureOf(): Promise<Error | undefined> {
    try {
      // Whoever took it for the last time has died of it, and so may we.
      if (job.attempts > mostAttempts) throw new Error('Its process ended while it was under way');
      await untilAborted(signal, work(parsed(job.data), { id: job.id, attempt: job.attempts, signal }));
      return undefined;
    } catch (error) {
      return asError(error);
    }
  }

  async function finish(): Promise<JobOutcome> {
    return (await deleteTaken(unsynced, job)) ? 'done' : 'lost';
  }

  async function putOff(err: Error): Promise<JobOutcome> {
    const now = clock.now();
    const delay = schedule.delays[job.attempts - 1];
    const runAt = new Date(now.getTime() + (delay ?? 0));
    const change = delay === undefined ? { runAt, failedAt: now } : { runAt };
    if (!(await changeTaken(unsynced, job, change))) return 'lost';
    const entry = { jobId: job.id, kind: job.kind, attempt: job.attempts, err };
    if (delay === undefined) log.error({ event: 'job.givenUp', ...entry });
    else log.warn({ event: 'job.failed', ...entry });
    return delay === undefined ? 'givenUp' : 'retried';
  }

  const ended = attempt().catch((err: unknown) => {
    // Its lease runs out, and it is done again.
    log.warn({ event: 'job.notSettled', jobId: job.id, kind: job.kind, err: asError(err) });
  });

  return {
    kind: job.kind,
    ended,
    async prolong() {
      const now = clock.now().getTime();
      if (now - begun >= schedule.mostTime) return stopping.abort(new Error('It took too long'));
      if (leaseUntil - now > schedule.lease / 2) return;
      const next = new Date(now + schedule.lease);
      if (await changeTaken(unsynced, job, { runAt: next })) leaseUntil = next.getTime();
      else stopping.abort(new Error('Another process has it'));
    },
    async abandon() {
      isAbandoned = true;
      stopping.abort(new Error('The process stops'));
      await ended;
    },
  };
}

async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(asError(signal.reason)));
  });
  await Promise.race([work, aborted]);
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // The parser's own message repeats what it read.
    throw new Error('Its data is not JSON');
  }
}

/** Anything can be thrown; only of an error is it known what may be logged. */
const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('Something that is not an Error was thrown');
