import { expect, test } from 'vitest';

import { createTestClock } from '../testing/test-clock.ts';
import { openTestDatabase } from '../../tests/support/test-database.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import { createCounters } from './counters.ts';
import { createLimiter } from './limiter.ts';

test('of many logins at once that cannot get the database each is told that it is busy, and not that it was one too many', async () => {
  const db = await openTestDatabase();
  const counters = createCounters({ db, clock: createTestClock(), metrics: noMetrics });
  const busy = new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 });
  const limiter = createLimiter({ ...counters, count: async () => await Promise.reject(busy) });
  const attempts = Array.from({ length: 5 }, async () => await limiter.logIn('ada@example.com', '203.0.113.9'));
  for (const one of await Promise.allSettled(attempts)) expect(one).toMatchObject({ reason: busy });
  await db.close();
});
