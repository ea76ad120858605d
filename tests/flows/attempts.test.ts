import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { hours } from '../../server/kernel/clock.ts';
import { Refusal } from '../../server/kernel/refusal.ts';
import { generalRefusals } from '../../server/kernel/refusals.ts';
import { ada, testApp } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';
import type { TestApp } from '../support/test-app.ts';

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const wrong = { ...ada, password: 'wrong horse' };

const logIn = async (app: TestApp, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  await app.post('/api/auth/login', body, headers);

describe('what is counted before it is tried', () => {
  const busy = new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 });
  const real = createBcryptHasher(4, bcryptOnNodesPool);

  test('counts for nothing where hashing was too busy to look at it', async () => {
    let isBusy = false;
    const work = async <Result>(hashed: Promise<Result>): Promise<Result> =>
      isBusy ? await Promise.reject(busy) : await hashed;
    const hasher: Hasher = {
      ...real,
      hash: async (...args) => await work(real.hash(...args)),
      verify: async (...args) => await work(real.verify(...args)),
      verifyNobody: async (...args) => await work(real.verifyNobody(...args)),
    };
    await using app = await testApp({ hasher });
    const home = from('203.0.113.9');
    await app.post('/api/auth/register', ada, home);
    isBusy = true;
    for (let time = 0; time < 20; time += 1) {
      expect((await logIn(app, wrong, home)).status).toBe(503);
      expect((await app.post('/api/auth/register', { ...ada, email: 'eve@example.com' }, home)).status).toBe(503);
    }
    isBusy = false;
    expect((await logIn(app, ada, home)).status).toBe(200);
    expect((await app.post('/api/auth/register', { ...ada, email: 'eve@example.com' }, home)).status).toBe(201);
  });

  test('tells right logins at once from one network to come back soon, and lets them in then', async () => {
    await using app = await testApp();
    const emails = Array.from({ length: 15 }, (_, index) => `user${index}@example.com`);
    for (const email of emails) await app.post('/api/auth/register', { ...ada, email });
    const home = from('203.0.113.9');
    const answers = await Promise.all(emails.map(async (email) => await logIn(app, { ...ada, email }, home)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
    for (const answer of refused) expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(2);
    for (const email of emails) expect((await logIn(app, { ...ada, email }, home)).status).toBe(200);
  });

  test.skipIf(isPostgres)('changes no answer when it cannot be settled', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const client = new Sqlite(app.database.file);
    client.exec("create trigger no_reset before delete on limit_counters begin select raise(abort, 'no'); end");
    client.close();
    expect((await logIn(app, ada)).status).toBe(200);
    expect(app.logged()).toContain('limits.notSettled');
  });
});

describe('a network is known to an account', () => {
  const home = from('203.0.113.9');

  test('from its registration on', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada, home);
    for (let guess = 0; guess < 6; guess += 1) await logIn(app, wrong);
    expect((await logIn(app, ada, home)).status).toBe(200);
  });

  test('for as long as it signs in now and then', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada, home);
    for (let day = 0; day < 40; day += 10) {
      app.clock.forward(hours(24 * 10));
      expect((await logIn(app, ada, home)).status).toBe(200);
    }
    for (let guess = 0; guess < 6; guess += 1) await logIn(app, wrong);
    expect((await logIn(app, ada, home)).status).toBe(200);
  });
});

test('refusals by the origin and by the limits are logged, too', async () => {
  await using app = await testApp({ env: { CORS_ORIGINS: 'http://localhost:5173' } });
  await app.post('/api/auth/logout', {}, { origin: 'https://evil.test' });
  const home = from('203.0.113.9');
  await Promise.all(Array.from({ length: 101 }, async () => await app.post('/api/auth/logout', {}, home)));
  expect(app.logged()).toContain('"reason":"ORIGIN_REFUSED"');
  expect(app.logged()).toContain('"reason":"RATE_LIMITED"');
});
