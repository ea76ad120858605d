import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

import { scrape, sumOf } from '../support/scrape.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';

test.skipIf(isPostgres)(
  'while another program holds the write lock, reads are quick and a change is refused after a bounded wait',
  async () => {
    await using app = await testApp({ env: { METRICS_PORT: '0' } });
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const other = new Sqlite(app.database.file);
    other.exec('begin immediate');

    const eve = { ...ada, email: 'eve@example.com' };
    const changes = [
      app.post('/api/auth/register', eve),
      app.post('/api/auth/login', ada),
      app.post('/api/auth/logout', {}, { cookie }),
      app.post('/trpc/auth.register', eve),
    ];
    const wait = { isOver: false };
    const refused = Promise.all(changes).finally(() => (wait.isOver = true));
    let slowest = 0;
    for (let reads = 0; !wait.isOver && reads < 10_000; reads += 1) {
      const started = performance.now();
      expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
      expect((await app.get('/livez')).status).toBe(200);
      expect((await app.get('/readyz')).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - started);
    }
    // Loosely bounded: a wait on the main thread would hold them for the two seconds of the lock.
    expect(slowest).toBeLessThan(1000);

    for (const answer of await refused) {
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('"reason":"BUSY"');
      if (answer.url.includes('/api/')) expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(sumOf((await scrape(app)).samples, 'latchkey_database_busy_total')).toBeGreaterThanOrEqual(changes.length);

    other.exec('rollback');
    other.close();
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
    expect((await app.post('/api/auth/login', eve)).status).toBe(401);
    expect((await app.post('/api/auth/register', eve)).status).toBe(201);
  },
);

test.skipIf(isPostgres)('a change that waits for the lock is done once the lock is gone', async () => {
  await using app = await testApp();
  const other = new Sqlite(app.database.file);
  other.exec('begin immediate');
  const registering = app.post('/api/auth/register', ada);
  expect((await app.get('/readyz')).status).toBe(200);
  other.exec('rollback');
  other.close();
  expect((await registering).status).toBe(201);
});
