import type { Clock } from '../kernel/clock.ts';

/** A clock that stands still until a test moves it, from 1 January 2026 on. */
export interface TestClock extends Clock {
  forward(milliseconds: number): void;
}

export function createTestClock(): TestClock {
  let now = new Date('2026-01-01T00:00:00Z').getTime();
  return {
    now: () => new Date(now),
    forward(milliseconds) {
      now += milliseconds;
    },
  };
}
