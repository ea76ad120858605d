import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import { changeEmail, follow, reasonOf } from '../support/mail-links.ts';
import { complete, mailedToken } from '../support/reset-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const wrong = { ...ada, password: 'wrong horse' };

const logIn = async (app: TestApp, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  await app.post('/api/auth/login', body, headers);

const statuses = async (answers: Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status).toSorted();

describe('guesses at one account', () => {
  // A counter that is read and then written lets many through at once (also CVE-2019-5421).
  test('CVE-2024-4629 guesses at one account are never evaluated beyond the limit, though 200 come at once from 200 networks', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const before = app.hashes();
    const answers = await statuses(Array.from({ length: 200 }, async () => await logIn(app, wrong)));
    expect(app.hashes() - before).toBe(5);
    // On a machine that is busy otherwise some do not get the database in time, and are told so.
    expect(answers.filter((status) => status !== 503 && status !== 429)).toEqual(Array(5).fill(401));
  });

  test('are delayed for longer and longer, and no more than 15 minutes', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    for (let guess = 0; guess < 4; guess += 1) expect((await logIn(app, wrong)).status).toBe(401);
    const waits: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      expect((await logIn(app, wrong)).status).toBe(401);
      // Not even the right password is looked at now.
      const refused = await logIn(app, ada);
      expect(refused.status).toBe(429);
      const { reason, retryAfterSeconds } = await refused.json();
      expect(reason).toBe('RATE_LIMITED');
      expect(refused.headers.get('retry-after')).toBe(String(retryAfterSeconds));
      waits.push(retryAfterSeconds);
      app.clock.forward(seconds(retryAfterSeconds) - 1);
      expect((await logIn(app, ada)).status).toBe(429);
      app.clock.forward(1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect((await logIn(app, ada)).status).toBe(200);
  });

  test('of an account that does not exist are counted alike', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const answers = async (email: string) => {
      const list: [number, unknown][] = [];
      for (let guess = 0; guess < 8; guess += 1) {
        const response = await logIn(app, { email, password: 'wrong horse' });
        const { requestId: _, ...body } = await response.json();
        list.push([response.status, body]);
      }
      return list;
    };
    expect(await answers('nobody@example.com')).toEqual(await answers(ada.email));
  });

  test('do not keep its owner out at home, where they signed in before', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const home = from('203.0.113.9');
    expect((await logIn(app, ada, home)).status).toBe(200);
    for (let guess = 0; guess < 20; guess += 1) await logIn(app, wrong);
    expect((await logIn(app, ada)).status).toBe(429);
    expect((await logIn(app, ada, home)).status).toBe(200);
  });

  test('begin anew after a login that was right', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 4; guess += 1)
        expect((await logIn(app, wrong, from(`198.51.100.${round * 10 + guess}`))).status).toBe(401);
      expect((await logIn(app, ada)).status).toBe(200);
    }
  });
});

describe('a login that is refused by one limit', () => {
  test('does not count against the other: a delayed account blocks no network', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const home = from('203.0.113.9');
    for (let guess = 0; guess < 5; guess += 1) await logIn(app, wrong, home);
    for (let time = 0; time < 20; time += 1) expect((await logIn(app, wrong, home)).status).toBe(429);
    expect((await logIn(app, { ...wrong, email: 'eve@example.com' }, home)).status).toBe(401);
  });

  test('nor does a blocked network delay an account', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const away = from('203.0.113.9');
    for (let index = 0; index < 10; index += 1) await logIn(app, { ...wrong, email: `user${index}@example.com` }, away);
    for (let time = 0; time < 20; time += 1) expect((await logIn(app, wrong, away)).status).toBe(429);
    expect((await logIn(app, ada)).status).toBe(200);
  });
});

describe('guesses from one network', () => {
  test('at many accounts are refused after ten in ten minutes', async () => {
    await using app = await testApp();
    const guess = async (index: number) =>
      (await logIn(app, { ...wrong, email: `user${index}@example.com` }, from('203.0.113.9'))).status;
    for (let index = 0; index < 10; index += 1) expect(await guess(index)).toBe(401);
    expect(await guess(10)).toBe(429);
    app.clock.forward(minutes(10) - 1);
    expect(await guess(11)).toBe(429);
    app.clock.forward(1);
    expect(await guess(12)).toBe(401);
  });

  test('count only where they were wrong', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    for (let time = 0; time < 30; time += 1) expect((await logIn(app, ada, from('203.0.113.9'))).status).toBe(200);
  });

  // Also CVE-2026-45364: a limiter keyed by the text of an IPv6 address has as many buckets as there are spellings.
  test('GHSA-p6v2-xcpg-h6xw guesses are one bucket for a /64, however an address in it is written', async () => {
    await using app = await testApp();
    const spellings = [
      '2001:db8:1:2::1',
      '2001:DB8:1:2::2',
      '2001:0db8:0001:0002:0:0:0:3',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
    ];
    const answers: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      answers.push(
        (await logIn(app, { ...wrong, email: `user${index}@example.com` }, from(spellings[index % 4] ?? ''))).status,
      );
    }
    expect(answers).toEqual([...Array(10).fill(401), 429, 429]);
  });

  test('are one bucket for all whose forwarded address cannot be read', async () => {
    await using app = await testApp();
    const answers: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      answers.push(
        (await logIn(app, { ...wrong, email: `user${index}@example.com` }, from(`garbage ${index}`))).status,
      );
    }
    expect(answers).toEqual([...Array(10).fill(401), 429, 429]);
  });

  // Whoever trusts the left end of the header has no limit at all (also CVE-2026-108162, CVE-2024-34451).
  test('CVE-2026-111934 guesses from one network are not told apart by what a client puts into X-Forwarded-For itself', async () => {
    await using app = await testApp();
    const answers: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      answers.push(
        (await logIn(app, { ...wrong, email: `user${index}@example.com` }, from(`10.0.0.${index}, 203.0.113.9`)))
          .status,
      );
    }
    expect(answers).toEqual([...Array(10).fill(401), 429, 429]);
  });
});

test('each call in a batch counts: ten logins are ten', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const before = app.hashes();
  const inputs = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, wrong]));
  await app.post(`/trpc/${Array(10).fill('auth.login').join(',')}?batch=1`, inputs);
  expect(app.hashes() - before).toBe(5);
});

test('registrations of one network are ten an hour', async () => {
  await using app = await testApp();
  const register = async (index: number) =>
    (await app.post('/api/auth/register', { ...ada, email: `user${index}@example.com` }, from('203.0.113.9'))).status;
  for (let index = 0; index < 10; index += 1) expect(await register(index)).toBe(201);
  expect(await register(10)).toBe(429);
  app.clock.forward(hours(1));
  expect(await register(11)).toBe(201);
});

test('changes of one network are 100 a minute, and reads are not counted', async () => {
  await using app = await testApp();
  const home = from('203.0.113.9');
  const answers = await statuses(
    Array.from({ length: 110 }, async () => await app.post('/trpc/auth.logout', {}, home)),
  );
  expect(answers).toEqual([...Array(100).fill(200), ...Array(10).fill(429)]);
  const reads = await statuses(Array.from({ length: 200 }, async () => await app.get('/trpc/auth.me', home)));
  expect(new Set(reads)).toEqual(new Set([200]));
});

test('a restart forgets nothing', async () => {
  await using first = await testApp();
  await first.post('/api/auth/register', ada);
  for (let guess = 0; guess < 6; guess += 1) await logIn(first, wrong);
  await using second = await testApp({ database: first.database });
  expect((await logIn(second, ada, from('203.0.113.9'))).status).toBe(429);
});

test('RATE_LIMITS=off lets everything through, and says so loudly', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const home = from('203.0.113.9');
  for (let guess = 0; guess < 30; guess += 1) expect((await logIn(app, wrong, home)).status).toBe(401);
  expect(app.logged()).toContain('limits.off');
});

test('tests of other things are not refused by the limits: nine answers in ten are something else', async () => {
  await using app = await testApp();
  let refused = 0;
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/api/auth/login', '/trpc/auth.register', '/api/auth/logout'),
      fc.emailAddress(),
      async (path, email) => {
        const response = await app.post(path, path.includes('logout') ? {} : { ...ada, email });
        answers += 1;
        if (response.status === 429) refused += 1;
      },
    ),
    { numRuns: 60 },
  );
  expect(answers).toBe(60);
  expect(refused).toBeLessThan(answers / 10);
});

describe('networks that have signed in to an account', () => {
  const newPassword = 'a horse of another colour';
  const networks = Array.from({ length: 8 }, (_, index) => `2001:db8:bad:${index}::1`);

  /** How many of five guesses from each network are looked at. */
  async function lookedAt(app: TestApp, email: string): Promise<number> {
    const before = app.hashes();
    for (const network of networks)
      for (let guess = 0; guess < 5; guess += 1)
        await logIn(app, { email, password: `guess ${guess} of ${network}` }, from(network));
    return app.hashes() - before;
  }

  test.each<[string, (app: TestApp, cookie: string) => Promise<string>]>([
    [
      'another password by its owner',
      async (app, cookie) => {
        await app.post('/api/auth/password/change', { currentPassword: ada.password, newPassword }, { cookie });
        return ada.email;
      },
    ],
    [
      'another password by a reset',
      async (app) => {
        expect((await complete(app, await mailedToken(app, ada.email), newPassword)).status).toBe(200);
        return ada.email;
      },
    ],
    [
      'another address, and that one again',
      async (app, cookie) => {
        const token = await changeEmail(app, { from: ada.email, to: 'new@example.com' }, { cookie });
        expect(await reasonOf(await follow(app, 'undoChange', token))).toBe('done');
        return ada.email;
      },
    ],
  ])('6.3.1 are strangers to it once it has %s', async (_what, change) => {
    await using app = await testApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    for (const network of networks) expect((await logIn(app, ada, from(network))).status).toBe(200);
    const cookie = cookieOf(await logIn(app, ada)) ?? '';
    const email = await change(app, cookie);
    expect(await lookedAt(app, email)).toBe(5);
  });

  test('stay known where somebody changes their password from', async () => {
    await using app = await testApp();
    const home = from('203.0.113.9');
    await app.post('/api/auth/register', ada, home);
    const cookie = cookieOf(await logIn(app, ada, home)) ?? '';
    const asked = { currentPassword: ada.password, newPassword };
    expect((await app.post('/api/auth/password/change', asked, { cookie, ...home })).status).toBe(200);
    expect(await lookedAt(app, ada.email)).toBe(5);
    expect((await logIn(app, { ...ada, password: newPassword })).status).toBe(429);
    expect((await logIn(app, { ...ada, password: newPassword }, home)).status).toBe(200);
  });
});
