import { hours, minutes, seconds } from '../kernel/clock.ts';

/** So many in a window of time; after the last of them nothing more until the window is over. */
export interface WindowLimit {
  kind: 'window';
  counts: string;
  most: number;
  window: number;
  reason: string;
}

/** So many at once; each further one only after a delay that grows. */
export interface GrowingDelay {
  kind: 'growingDelay';
  counts: string;
  free: number;
  /** Waiting times after the last free one, in milliseconds; the last of them stays. */
  delays: readonly number[];
  /** Counting begins anew after this long without another one. */
  memory: number;
  reason: string;
}

export type Limit = WindowLimit | GrowingDelay;

const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(seconds);

/** Every limit of the product, durations in milliseconds. docs/limits.md is printed from it. */
export const limits = {
  'changes.address': {
    kind: 'window',
    counts: 'calls of any mutation, of one network',
    most: 100,
    window: minutes(1),
    reason: 'Nobody clicks faster; a script that tries everything is slowed as a whole.',
  },
  'register.address': {
    kind: 'window',
    counts: 'registrations, of one network',
    most: 10,
    window: hours(1),
    reason: 'Each one costs a hash and a row, and tells whether an address has an account.',
  },
  'login.address': {
    kind: 'window',
    counts: 'wrong logins, of one network',
    most: 10,
    window: minutes(10),
    reason: 'One password tried on many accounts comes from few networks (Copenhagen Book: 10 in 10 minutes).',
  },
  'login.account': {
    kind: 'growingDelay',
    counts: 'wrong logins to one account, from networks that never signed in to it',
    free: 5,
    delays: [...doubling, minutes(15)],
    memory: hours(24),
    reason:
      'Many networks guessing at one account get about 100 guesses a day. A delay that grows and no lock, as NIST 800-63B-4 §3.2.2 has it.',
  },
  'login.knownAccount': {
    kind: 'growingDelay',
    counts: 'wrong logins to one account, from one network that has signed in to it in the last 30 days',
    free: 5,
    delays: [...doubling, minutes(15)],
    memory: hours(24),
    reason: "Counted apart, so that strangers' guesses do not delay the owner at home.",
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;
