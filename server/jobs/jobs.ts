import { setTimeout as sleep } from 'node:timers/promises';

import type { Database, Queryable, Statement } from '../db/database.ts';
import { seconds } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { inSteps } from '../kernel/in-steps.ts';
import type { Logger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import type { Metrics } from '../kernel/metrics.ts';
import { countJobs, deleteGivenUp, findDue, insertJob, takeDue } from './queries.ts';
import { createAfterwards } from './afterwards.ts';
import { schedule } from './schedule.ts';
import { startRun } from './run.ts';
import type { Run, Work } from './run.ts';

/**
 * What must happen after a change, outside the request that makes it: written with the change, in
 * one list, and then done at least once, whatever is killed in between. In no order.
 */
export interface Jobs {
  /** For the list that makes the change. `data` is stored as JSON: ids and words of ours, nothing secret or personal. */
  add(tx: Queryable, job: NewJob): Statement;
  /**
   * Sets who does the jobs of a kind; those of other kinds are left to other processes. Work that
   * throws is tried again later, up to eight times in all. A repetition must do no harm: one whose
   * process died after it was done is done again.
   */
  on(kind: string, work: Work): void;
  /** Whether somebody here does the jobs of a kind. */
  has(kind: string): boolean;
  /** Something may be due: called after a list with a job has run, it waits for nothing. Without it the job waits a second. */
  wake(): void;
  /**
   * Does something small that no answer may show, once the answer has left. It never rejects, and is
   * lost where the process ends before. For tests, `runDue` does it at once.
   */
  later(work: () => Promise<void>): void;
  /** Does what is due from now on. */
  start(): void;
  /** Takes no more, and waits a little for what is under way. What is not done by then is left to be repeated. */
  stop(patience?: number): Promise<void>;
  /** Removes those that were given up so long ago, in milliseconds. */
  purge(keptFor: number): Promise<void>;
  /** Does all that is due now, and resolves to how many that were once nothing is under way: for tests. */
  runDue(): Promise<number>;
}

export interface NewJob {
  /** Such as `mail.welcome`. */
  kind: string;
  data: object;
  /** Not before; at once where it is left out. */
  runAt?: Date;
}

interface Parts {
  db: Database;
  clock: Clock;
  log: Logger;
  metrics?: Metrics;
}

export function createJobs({ db, clock, log, metrics = noMetrics }: Parts): Jobs {
  const workers = new Map<string, Work>();
  const underWay = new Set<Run>();
  /** Kinds of which there may be more due than there was room for. */
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isAwake = false;
  let isFailing = false;
  const afterwards = createAfterwards();

  metrics.jobs(async () => await countJobs(db));

  /** Prolongs what is ours before it looks for more, so that it never takes what it has already. */
  async function takeTurn(): Promise<number> {
    isAwake = false;
    if (workers.size === 0 || isStopped) return 0;
    try {
      await Promise.all([...underWay].map(async (run) => await run.prolong()));
      const taken = await take();
      isFailing = false;
      return taken;
    } catch (err) {
      // Each second, perhaps for hours: said once.
      if (!isFailing) log.warn({ event: 'jobs.notTaken', err });
      isFailing = true;
      return 0;
    }
  }

  async function take(): Promise<number> {
    const now = clock.now();
    // Each kind has room of its own, and is asked for by itself: what is slow keeps no other kind waiting.
    const due = await Promise.all(
      [...workers.keys()].map(async (kind) => {
        const most = schedule.mostOfOneKind - [...underWay].filter((run) => run.kind === kind).length;
        const found = most > 0 ? await findDue(db, { kind, now, most }) : [];
        if (found.length === most) waiting.add(kind);
        else waiting.delete(kind);
        return found;
      }),
    );
    const ids = due.flat().map(({ id }) => id);
    if (ids.length === 0 || isStopped) return 0;

    const until = new Date(now.getTime() + schedule.lease);
    // Unsynced: with a claim that is lost, the job is only taken once more.
    const taken = await takeDue(db.unsynced, { ids, now, until });
    for (const job of taken) {
      const work = workers.get(job.kind);
      if (work) begin(startRun({ db, clock, log, metrics }, { job, work, until }));
    }
    return taken.length;
  }

  function begin(run: Run): void {
    underWay.add(run);
    void run.ended.finally(() => {
      underWay.delete(run);
      // There is room for one that may have had to wait.
      if (waiting.has(run.kind)) wake();
    });
  }

  const allEnded = async (): Promise<unknown> => await Promise.all([...underWay].map(async ({ ended }) => await ended));

  // One turn after the other, or two would fill the same room.
  let turns = Promise.resolve(0);
  const turn = async (): Promise<number> => await (turns = turns.then(takeTurn));

  function wake(): void {
    if (isAwake || !timer) return;
    isAwake = true;
    // Not now: whoever calls has an answer to give. And once for all who call until then.
    setImmediate(() => void turn());
  }

  return {
    add: (tx, { kind, data, runAt }) => {
      const createdAt = clock.now();
      return insertJob(tx, { id: newId(), createdAt, kind, data: JSON.stringify(data), runAt: runAt ?? createdAt });
    },
    on(kind, work) {
      if (workers.has(kind)) throw new Error(`Somebody does the jobs of the kind ${kind} already`);
      workers.set(kind, work);
    },
    has: (kind) => workers.has(kind),
    wake,
    later: (work) => afterwards.later(work),
    start() {
      timer ??= setInterval(wake, seconds(1)).unref();
    },
    async stop(patience = schedule.patience) {
      isStopped = true;
      clearInterval(timer);
      await afterwards.stop();
      await turns;
      const patient = new AbortController();
      await Promise.race([allEnded(), sleep(patience, undefined, patient)]);
      patient.abort();
      await Promise.all([...underWay].map(async (run) => await run.abandon()));
    },
    async purge(keptFor) {
      const until = new Date(clock.now().getTime() - keptFor);
      await inSteps(async (most) => await deleteGivenUp(db.unsynced, { until, most }));
    },
    async runDue() {
      await afterwards.run();
      for (let done = 0; ;) {
        const taken = await turn();
        done += taken;
        // What is under way may have left no room for more.
        if (taken === 0 && underWay.size === 0) return done;
        await allEnded();
      }
    },
  };
}
