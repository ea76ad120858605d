import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Metrics } from '../kernel/metrics.ts';

/** The numbers of this process, in the text format that Prometheus reads. */
export interface Prometheus {
  metrics: Metrics;
  contentType: string;
  /** Everything told so far, and the state of the process. */
  scrape(): Promise<string>;
}

const times = {
  request: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  hashing: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8],
  database: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  jobs: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600],
};

export function createPrometheus(): Prometheus {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  function histogram<Label extends string>(
    [name, help]: [name: string, help: string],
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name: `latchkey_${name}_seconds`, help, buckets, labelNames, registers });
  }
  function counter<Label extends string>([name, help]: [name: string, help: string], labelNames: Label[] = []) {
    return new Counter({ name: `latchkey_${name}_total`, help, labelNames, registers });
  }

  const requests = histogram(['requests', 'Requests over HTTP.'], times.request, ['face', 'status']);
  const calls = histogram(['calls', 'Calls of procedures.'], times.request, ['procedure', 'outcome']);
  const waits = histogram(['hash_wait', 'How long passwords waited for a thread.'], times.hashing);
  const hashes = histogram(['hash', 'How long a thread hashed a password.'], times.hashing);
  const hashRefusals = counter(['hash_refusals', 'Passwords not hashed, because too many were waiting.']);
  const works = histogram(['database', 'Work on the database, waiting included.'], times.database, ['kind']);
  const busy = counter(['database_busy', 'Work that could not get the database in time.']);
  const refusals = counter(['limit_refusals', 'Attempts refused by a limit.'], ['limit']);
  const started = counter(['sessions_started', 'Sessions that began.']);
  const attempts = histogram(['job_attempts', 'Attempts at jobs.'], times.jobs, ['kind', 'outcome']);
  const ended = counter(['sessions_ended', 'Sessions that ended, by what ended them.'], ['by']);

  return {
    contentType: registry.contentType,
    scrape: async () => await registry.metrics(),
    metrics: {
      request: () => {
        const begin = performance.now();
        return (face, status) => requests.observe({ face, status }, secondsSince(begin));
      },
      call: (procedure) => {
        const begin = performance.now();
        return (outcome) => calls.observe({ procedure, outcome }, secondsSince(begin));
      },
      hashing: () => {
        const asked = performance.now();
        return () => {
          const begin = performance.now();
          waits.observe(secondsSince(asked));
          return () => hashes.observe(secondsSince(begin));
        };
      },
      hashRefused: () => hashRefusals.inc(),
      hashesWaiting: (ask) => {
        const collect = function collect(this: Gauge): void {
          this.set(ask());
        };
        void new Gauge({ name: 'latchkey_hash_queue', help: 'Passwords waiting for a thread.', registers, collect });
      },
      database: (kind) => {
        const begin = performance.now();
        return () => works.observe({ kind }, secondsSince(begin));
      },
      databaseBusy: () => busy.inc(),
      limited: (limit) => refusals.inc({ limit }),
      sessionStarted: () => started.inc(),
      sessionsEnded: (by, count) => ended.inc({ by }, count),
      job: (kind) => {
        const begin = performance.now();
        return (outcome) => attempts.observe({ kind, outcome }, secondsSince(begin));
      },
      jobs: (ask) => {
        const collect = async function collect(this: Gauge<'state'>): Promise<void> {
          // Without an answer there is no number; the others are told all the same.
          this.reset();
          const counted = await ask().catch(() => undefined);
          if (!counted) return;
          this.set({ state: 'waiting' }, counted.waiting);
          this.set({ state: 'failed' }, counted.failed);
        };
        void new Gauge({ name: 'latchkey_jobs', help: 'Jobs there are.', labelNames: ['state'], registers, collect });
      },
    },
  };
}

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000;
