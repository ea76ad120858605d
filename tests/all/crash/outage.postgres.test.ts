import { expect, test } from 'vitest';

import { startCluster } from '../../support/postgres-cluster.ts';
import { scrape, sumOf } from '../../support/scrape.ts';
import { ada, cookieOf, testApp } from '../../support/test-app.ts';
import { asAdmin, atUrl } from '../../support/test-database.ts';

test('while PostgreSQL is away everything is refused with 503 and when to come back, and afterwards all works', async () => {
  await using cluster = await startCluster();
  await using app = await testApp({ database: atUrl(cluster.url), env: { METRICS_PORT: '0' } });
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);

  await cluster.crash();
  const bob = { ...ada, email: 'bob@example.com' };
  const away = [
    await app.get('/api/auth/me', { cookie }),
    await app.post('/api/auth/login', ada),
    await app.post('/api/auth/register', bob),
    await app.post('/api/auth/logout', {}, { cookie }),
  ];
  for (const answer of away) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await answer.text()).toContain('"reason":"BUSY"');
  }
  expect(sumOf((await scrape(app)).samples, 'latchkey_database_busy_total')).toBeGreaterThanOrEqual(away.length);
  expect((await app.get('/livez')).status).toBe(200);
  expect((await app.get('/readyz')).status).toBe(503);
  expect(app.logged()).not.toContain('"level":"error","event":"procedure.failed"');
  // What the system calls the reason: an operator has to know where to look.
  expect(app.logged()).toMatch(/"database.unavailable".*ECONNREFUSED/);
  expect(app.logged()).toMatch(/"procedure.refused".*"reason":"BUSY","cause":"ECONNREFUSED"/);

  await cluster.start();
  expect((await app.get('/readyz')).status).toBe(200);
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
  expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  expect((await app.post('/api/auth/register', bob)).status).toBe(201);
});

test('connections that an operator ends are replaced, and one request at most notices', async () => {
  await using cluster = await startCluster({ fsync: 'off' });
  await using app = await testApp({ database: atUrl(cluster.url) });
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  await asAdmin(cluster.url, async (client) => {
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey'");
  });
  const answers: number[] = [];
  for (let read = 0; read < 5; read += 1) answers.push((await app.get('/api/auth/me', { cookie })).status);
  expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(answers.slice(1)).toEqual([200, 200, 200, 200]);
});

test('a table that somebody keeps locked is waited for a while, then refused', async () => {
  await using app = await testApp();
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  await asAdmin(app.database.url, async (client) => {
    await client.query('begin; lock table latchkey.users in access exclusive mode');
    const refused = await Promise.all([app.get('/api/auth/me', { cookie }), app.post('/api/auth/login', ada)]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    await client.query('rollback');
  });
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
});

test('over one connection 500 requests at once are all answered, or refused soon', async () => {
  await using app = await testApp({ env: { DATABASE_POOL_SIZE: '1' } });
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const answers = await Promise.all(
    Array.from({ length: 500 }, async () => (await app.get('/api/auth/me', { cookie })).status),
  );
  expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(answers).toContain(200);
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
});
