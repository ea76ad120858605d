import { hours, minutes, seconds } from '../kernel/clock.ts';

/** How jobs are taken, kept and tried again; durations in milliseconds. docs/operating.md says the same. */
export const schedule = {
  /** How long a job belongs to whoever has taken it. It is prolonged while the work goes on. */
  lease: minutes(1),
  /** Nothing takes longer: after this it has failed, and is told so by its signal. */
  mostTime: minutes(10),
  /** How long it waits after the first failure, the second …; after one more it is given up. */
  delays: [seconds(5), seconds(30), minutes(2), minutes(10), hours(1), hours(4), hours(12)],
  /** How many of one kind are under way in one process: what is slow does not keep the others waiting. */
  mostOfOneKind: 5,
  /** How long a process that stops waits for what is under way. */
  patience: seconds(3),
} as const;

export const mostAttempts = schedule.delays.length + 1;
