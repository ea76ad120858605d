import { describe, expect, test } from 'vitest';

import { answersTooEarly } from '../support/crash/trace.ts';
import type { Event } from '../support/crash/trace.ts';
import { obstacle, traced } from '../support/crash/traced.ts';

/** The same event several times in a row, once: a commit may write several pages. */
const inShort = (events: Event[]): Event[] => events.filter((event, index) => event !== events[index - 1]);

describe.skipIf(obstacle)('as the kernel sees it', () => {
  test('every change is on the disk before its answer leaves: registration, login and logout', async () => {
    const events = await traced();
    expect(answersTooEarly(events)).toBe(0);
    const change: Event[] = ['written', 'synced', 'answered'];
    // The third answer says who is asking, and needs no disk.
    expect(inShort(events)).toEqual([...change, ...change, ...change]);
    expect(events.filter((event) => event === 'answered')).toHaveLength(4);
  });

  test('an answer that does not wait would be seen', async () => {
    const events = await traced({ plants: ['answer-unsynced'], env: { SYNCHRONOUS: 'OFF' } });
    expect(answersTooEarly(events)).toBeGreaterThanOrEqual(3);
  });
});
