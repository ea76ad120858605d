import { expect, test } from 'vitest';

import { samplesIn, sumOf } from '../../tests/support/scrape.ts';
import { createPrometheus } from '../metrics/prometheus.ts';
import { createBcryptPool } from './bcrypt-pool.ts';

test('what is refused because too many wait is counted apart from what was hashed', async () => {
  const prometheus = createPrometheus();
  // At cost 15 two may wait for a thread; the hashes themselves are quick ones.
  const pool = createBcryptPool({ cost: 15, threads: 1, metrics: prometheus.metrics });
  const task = { key: 'key', salt: `$2b$04$${'a'.repeat(21)}e`, padding: [], lane: 'one' };
  const ends = await Promise.allSettled(Array.from({ length: 5 }, async () => await pool.bcrypt(task)));
  await pool.close();
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);

  const samples = samplesIn(await prometheus.scrape());
  expect(sumOf(samples, 'latchkey_hash_seconds_count')).toBe(3);
  expect(sumOf(samples, 'latchkey_hash_wait_seconds_count')).toBe(3);
  expect(sumOf(samples, 'latchkey_hash_refusals_total')).toBe(2);
  expect(sumOf(samples, 'latchkey_hash_queue')).toBe(0);
});
