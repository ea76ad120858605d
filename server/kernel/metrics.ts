/** Begins to measure, and what it returns is called once, at the end. */
export type Measured<End extends unknown[] = []> = (...end: End) => void;

/**
 * What a running server tells of itself in numbers. Each is told where it is born, by one plain
 * call. The words that go with it are ours and few: never anything that a request has brought.
 */
export interface Metrics {
  /** A request over HTTP, whatever it wants. */
  request(): Measured<[face: string, status: string]>;
  /** A call of a procedure that there is. The outcome is `done`, or the reason of its refusal. */
  call(procedure: string): Measured<[outcome: string]>;
  /** A password waits to be hashed. What it returns is called when its turn comes, and returns what is called at the end. */
  hashing(): () => Measured;
  /** One was not hashed, because too many were waiting. */
  hashRefused(): void;
  /** How many are waiting; asked when somebody wants to know. */
  hashesWaiting(ask: () => number): void;
  database(work: DatabaseWork): Measured;
  /** The database could not be had in time. */
  databaseBusy(): void;
  /** Somebody was refused by a limit. */
  limited(limit: string): void;
  sessionStarted(): void;
  sessionsEnded(
    by: 'logout' | 'time' | 'reset' | 'emailChange' | 'owner' | 'operator' | 'deletion',
    count: number,
  ): void;
  /** An attempt at a job begins. */
  job(kind: string): Measured<[outcome: JobOutcome]>;
  /** How many jobs there are; asked when somebody wants to know. */
  jobs(ask: () => Promise<JobCounts>): void;
}

/** `lost` is one that belongs to another process by now, which took this one for dead. */
export type JobOutcome = 'done' | 'retried' | 'givenUp' | 'lost';

export interface JobCounts {
  /** Still to be done, whether now or later. */
  waiting: number;
  /** Given up. */
  failed: number;
}

export type DatabaseWork = 'read' | 'write' | 'atomic';

const nothing = (): void => {};

/** Nobody wants to know: no clock is read, nothing is kept. */
export const noMetrics: Metrics = {
  request: () => nothing,
  call: () => nothing,
  hashing: () => () => nothing,
  hashRefused: nothing,
  hashesWaiting: nothing,
  database: () => nothing,
  databaseBusy: nothing,
  limited: nothing,
  sessionStarted: nothing,
  sessionsEnded: nothing,
  job: () => nothing,
  jobs: nothing,
};
