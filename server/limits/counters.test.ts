import { describe, expect, test } from 'vitest';

import { createTestClock } from '../testing/test-clock.ts';
import { openTestDatabase } from '../../tests/support/test-database.ts';
import { hours, minutes, seconds } from '../kernel/clock.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { createCounters } from './counters.ts';
import { limits } from './limits.ts';

const isRefused = { refusal: { reason: 'RATE_LIMITED' } };

async function parts() {
  const db = await openTestDatabase();
  const clock = createTestClock();
  const rows = async (): Promise<number> => (await db.orm.select().from(db.tables.limitCounters)).length;
  return { db, clock, rows, counters: createCounters({ db, clock, metrics: noMetrics }) };
}

describe('the counters', () => {
  test('refuse what is blocked from memory, without the database', async () => {
    const { db, counters } = await parts();
    for (let time = 0; time < limits['register.address'].most; time += 1) await counters.count('register.address', 'a');
    await expect(counters.count('register.address', 'a')).rejects.toMatchObject(isRefused);
    await db.close();
    await expect(counters.count('register.address', 'a')).rejects.toMatchObject(isRefused);
  });

  test('let nothing through when the database does not answer', async () => {
    const { db, counters } = await parts();
    await db.close();
    await expect(counters.count('register.address', 'a')).rejects.toThrow(/not open|after calling end/);
  });

  test('keep subjects and limits apart', async () => {
    const { counters } = await parts();
    for (let time = 0; time < limits['register.address'].most; time += 1) await counters.count('register.address', 'a');
    await counters.count('register.address', 'b');
    await counters.count('login.address', 'a');
  });

  test('count from the beginning of a window, not from the last call in it', async () => {
    const { counters, clock } = await parts();
    for (let time = 0; time < 9; time += 1) {
      await counters.count('register.address', 'a');
      clock.forward(minutes(6));
    }
    await counters.count('register.address', 'a');
    await expect(counters.count('register.address', 'a')).rejects.toMatchObject({
      refusal: { retryAfterSeconds: 360 },
    });
    clock.forward(minutes(6));
    await counters.count('register.address', 'a');
  });

  test('block after the first one where one is all that is allowed', async () => {
    const { counters, clock } = await parts();
    for (let time = 0; time < 3; time += 1) {
      await counters.count('mail.pause', 'a');
      clock.forward(seconds(59));
      await expect(counters.count('mail.pause', 'a')).rejects.toMatchObject({ refusal: { retryAfterSeconds: 1 } });
      clock.forward(seconds(1));
    }
  });

  test('do not take a block from memory that was lifted while they looked at the database', async () => {
    const { counters } = await parts();
    for (let time = 0; time < 10; time += 1) await counters.count('login.address', 'a');
    for (let microtasks = 0; microtasks < 30; microtasks += 1) {
      const eleventh = counters.count('login.address', 'a').catch(() => undefined);
      for (let index = 0; index < microtasks; index += 1) await Promise.resolve();
      await counters.takeBack('login.address', 'a');
      await eleventh;
      await counters.count('login.address', 'a').catch(() => expect.unreachable(`after ${microtasks}`));
    }
  });

  test('hear within five seconds that another instance has lifted a block', async () => {
    const { db, clock, counters } = await parts();
    const another = createCounters({ db, clock, metrics: noMetrics });
    for (let time = 0; time < limits['register.address'].most; time += 1) await counters.count('register.address', 'a');
    await expect(another.count('register.address', 'a')).rejects.toMatchObject(isRefused);
    await counters.takeBack('register.address', 'a');
    clock.forward(seconds(5));
    await expect(another.count('register.address', 'a')).resolves.toBeUndefined();
  });

  test('lose what no decision needs any more', async () => {
    const { counters, clock, rows } = await parts();
    await counters.count('changes.address', 'a');
    await counters.count('login.account', 'a');
    await counters.remember('a b');
    expect(await rows()).toBe(3);
    clock.forward(hours(1));
    await counters.purge();
    expect(await rows()).toBe(2);
    expect(await counters.lookUp({ pair: 'a b', account: 'a' })).toMatchObject({ isKnown: true });
    clock.forward(hours(24 * 30));
    await counters.purge();
    expect(await rows()).toBe(0);
    expect(await counters.lookUp({ pair: 'a b', account: 'a' })).toMatchObject({ isKnown: false });
  });
});
