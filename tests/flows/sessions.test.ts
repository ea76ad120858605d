import { describe, expect, test } from 'vitest';

import { memoryStorage } from '../../client/index.ts';
import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { counts, stored } from '../support/database.ts';
import { registered } from '../support/registered.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const day = hours(24);

async function register(app: TestApp, headers: Record<string, string> = {}): Promise<string> {
  return cookieOf(await app.post('/api/auth/register', ada, headers)) ?? '';
}

async function tokenOf(app: TestApp): Promise<string> {
  const { token = '' } = registered(await app.client({ storage: memoryStorage() }).register.mutate(ada));
  return token;
}

const statusOfMe = async (app: TestApp, headers: Record<string, string>): Promise<number> =>
  (await app.get('/trpc/auth.me', headers)).status;

/** The answer does not wait for it. */
const untilUseIsNoted = async (app: TestApp): Promise<void> =>
  await expect.poll(async () => (await stored(app)).sessions[0]?.lastSeenAt).toEqual(app.clock.now());

describe('the session cookie', () => {
  test('is HttpOnly, SameSite=Lax, for the whole host and as long as the session', async () => {
    await using app = await testApp();
    const response = await app.post('/trpc/auth.register', ada);
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^latchkey_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await response.text()).not.toContain(cookieOf(response)?.split('=')[1]);
  });

  test('is Secure and bound to the host where PUBLIC_URL is https', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' } });
    const response = await app.post('/api/auth/register', ada);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-latchkey_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const cookie = cookieOf(response) ?? '';
    expect(await statusOfMe(app, { cookie })).toBe(200);
    expect(await (await app.get('/api/auth/me', { cookie: cookie.replace('__Host-', '') })).json()).toBeNull();
  });

  test('is cleared when the session it names has ended', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    await app.post('/api/auth/logout', {}, { cookie });
    for (const path of ['/api/auth/me', '/trpc/auth.me']) {
      const response = await app.get(path, { cookie });
      expect(response.status).toBe(401);
      expect(response.headers.getSetCookie()[0]).toMatch(/^latchkey_session=; Max-Age=0;/);
    }
  });
});

describe('a token in the body', () => {
  test('3.3.4 a token in the body is given once, without a cookie, and works as a bearer token', async () => {
    await using app = await testApp();
    const response = await app.post('/api/auth/register', { ...ada, deliver: 'token' });
    expect(response.headers.getSetCookie()).toEqual([]);
    const { token } = (await response.json()) as { token: string };
    expect(token).toMatch(/^[\w-]{43}$/);
    const me = await app.get('/api/auth/me', { authorization: `Bearer ${token}` });
    expect(await me.text()).not.toContain(token);
    expect(me.status).toBe(200);
  });

  test.each(['same-origin', 'same-site'])('is refused to a page on our own site (%s)', async (site) => {
    await using app = await testApp();
    const headers = { 'sec-fetch-site': site, origin: 'http://localhost:5173' };
    const response = await app.post('/api/auth/register', { ...ada, deliver: 'token' }, headers);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ reason: 'TOKEN_NOT_FOR_PAGES' });
    await app.post('/api/auth/register', ada);
    expect((await app.post('/api/auth/login', { ...ada, deliver: 'token' }, headers)).status).toBe(403);
  });
});

describe('signing in again', () => {
  test('7.2.4 signing in again never keeps the token that came with the request, and ends its session', async () => {
    await using app = await testApp();
    const first = await register(app);
    const second = cookieOf(await app.post('/api/auth/login', ada, { cookie: first })) ?? '';
    expect(second).not.toBe(first);
    expect(await statusOfMe(app, { cookie: first })).toBe(401);
    expect(await statusOfMe(app, { cookie: second })).toBe(200);
  });

  test('works with a cookie that is of no use any more', async () => {
    await using app = await testApp();
    await register(app);
    for (const cookie of ['latchkey_session=garbage', `latchkey_session=${'a'.repeat(43)}`]) {
      expect((await app.post('/api/auth/login', ada, { cookie })).status).toBe(200);
    }
  });

  test('ends every session that came with the request, in whatever place', async () => {
    await using app = await testApp();
    const token = await tokenOf(app);
    const [first, second] = [await app.post('/api/auth/login', ada), await app.post('/api/auth/login', ada)].map(
      cookieOf,
    );
    await app.post('/api/auth/login', ada, { authorization: `Bearer ${token}`, cookie: `${first}; ${second}` });
    for (const headers of [
      { cookie: `${first}` },
      { cookie: `${second}` },
      { authorization: `Bearer ${token}` },
    ] as Record<string, string>[]) {
      expect(await statusOfMe(app, headers)).toBe(401);
    }
  });

  test('leaves the sessions of other devices alone', async () => {
    await using app = await testApp();
    const first = await register(app);
    await app.post('/api/auth/login', ada);
    expect(await statusOfMe(app, { cookie: first })).toBe(200);
  });
});

test('a cookie beside a bearer token is left alone when that is refused or logged out', async () => {
  await using app = await testApp();
  const token = await tokenOf(app);
  const cookie = cookieOf(await app.post('/api/auth/login', ada)) ?? '';
  const loggedOut = await app.post('/api/auth/logout', {}, { authorization: `Bearer ${token}`, cookie });
  expect(loggedOut.headers.getSetCookie()).toEqual([]);
  const refused = await app.get('/api/auth/me', { authorization: `Bearer ${token}`, cookie });
  expect(refused.status).toBe(401);
  expect(refused.headers.getSetCookie()).toEqual([]);
  expect(await statusOfMe(app, { cookie })).toBe(200);
});

test('a page of our own that is too old to say so is known by its origin', async () => {
  await using app = await testApp({
    env: { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' },
  });
  const response = await app.post(
    '/api/auth/register',
    { ...ada, deliver: 'token' },
    { origin: 'https://app.example.com' },
  );
  expect(await response.json()).toMatchObject({ reason: 'TOKEN_NOT_FOR_PAGES' });
});

describe('a session', () => {
  test('7.4.1 a session ends on the server at logout, for everybody who holds its token', async () => {
    await using app = await testApp();
    const token = await tokenOf(app);
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.post('/trpc/auth.logout', {}, headers)).status).toBe(200);
    expect(await statusOfMe(app, headers)).toBe(401);
  });

  test('7.4.1 a session that has a new token ends by the one before as well: the two may cross', async () => {
    await using app = await testApp();
    const old = await tokenOf(app);
    const verified = await app.post(
      '/api/auth/sessions/verify',
      { password: ada.password },
      { authorization: `Bearer ${old}` },
    );
    const { token } = await verified.json();
    expect((await app.post('/api/auth/logout', {}, { authorization: `Bearer ${old}` })).status).toBe(200);
    expect(await statusOfMe(app, { authorization: `Bearer ${token}` })).toBe(401);
  });

  test('2.3.4 a session is ended by exactly one of 20 logouts at once', async () => {
    await using app = await testApp();
    const headers = { authorization: `Bearer ${await tokenOf(app)}` };
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await app.post('/trpc/auth.logout', {}, headers)).status),
    );
    expect(answers.toSorted()).toEqual([200, ...Array(19).fill(401)]);
  });

  test('7.3.1 a session ends after the idle time without use', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    app.clock.forward(7 * day - seconds(1));
    expect(await statusOfMe(app, { cookie })).toBe(200);
    await untilUseIsNoted(app);
    app.clock.forward(7 * day - seconds(1));
    expect(await statusOfMe(app, { cookie })).toBe(200);
    app.clock.forward(7 * day);
    expect(await statusOfMe(app, { cookie })).toBe(401);
  });

  test('7.3.2 a session ends at its absolute age, however much it is used', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    for (let passed = day; passed < 30 * day; passed += day) {
      app.clock.forward(day);
      expect(await statusOfMe(app, { cookie })).toBe(200);
      await untilUseIsNoted(app);
    }
    app.clock.forward(day - seconds(1));
    expect(await statusOfMe(app, { cookie })).toBe(200);
    app.clock.forward(seconds(1));
    expect(await statusOfMe(app, { cookie })).toBe(401);
  });

  test('lasts as long as configured', async () => {
    await using app = await testApp({ env: { SESSION_LIFETIME_SECONDS: '3600', SESSION_IDLE_SECONDS: '1800' } });
    const cookie = await register(app);
    app.clock.forward(minutes(29));
    expect(await statusOfMe(app, { cookie })).toBe(200);
    await untilUseIsNoted(app);
    app.clock.forward(minutes(29));
    expect(await statusOfMe(app, { cookie })).toBe(200);
    app.clock.forward(minutes(2));
    expect(await statusOfMe(app, { cookie })).toBe(401);
  });

  test('has its use written down at most once an hour', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const lastSeen = async () => (await stored(app)).sessions[0]?.lastSeenAt;
    const before = await lastSeen();
    app.clock.forward(minutes(59));
    await statusOfMe(app, { cookie });
    expect(await lastSeen()).toEqual(before);
    app.clock.forward(minutes(1));
    await statusOfMe(app, { cookie });
    await untilUseIsNoted(app);
  });

  test('is stored as a hash of its token only', async () => {
    await using app = await testApp();
    const token = await tokenOf(app);
    const { sessions } = await stored(app);
    expect(sessions[0]?.tokenHash).toHaveLength(32);
    expect(sessions[0]?.tokenHash.includes(token)).toBe(false);
    expect(JSON.stringify(sessions)).not.toContain(token);
  });

  test('that has ended is removed, however many there are, and no other', async () => {
    await using first = await testApp();
    await register(first);
    const { orm, tables } = await first.db();
    const [kept] = (await stored(first)).sessions;
    if (!kept) throw new Error('no session');
    const ended = (index: number) => ({
      ...kept,
      id: newId(),
      tokenHash: Buffer.from(`ended ${index}`),
      // Some by their age, some for want of use.
      ...(index % 2 ? { expiresAt: new Date(0) } : { lastSeenAt: new Date(0) }),
    });
    for (let step = 0; step < 5; step += 1)
      await orm.insert(tables.sessions).values(Array.from({ length: 500 }, (_, index) => ended(step * 500 + index)));
    first.clock.forward(minutes(1));
    await using second = await testApp({ database: first.database, clock: first.clock });
    await expect.poll(async () => (await stored(second)).sessions).toEqual([kept]);
  });

  test('that has ended is removed by the next start', async () => {
    await using first = await testApp();
    await register(first);
    await using second = await testApp({ database: first.database });
    expect(await counts(second)).toMatchObject({ sessions: 1 });
    const { orm, tables } = await second.db();
    await orm.update(tables.sessions).set({ expiresAt: new Date(0) });
    first.clock.forward(minutes(1));
    await using third = await testApp({ database: first.database, clock: first.clock });
    // The start does not wait for it.
    await expect.poll(async () => await counts(third)).toMatchObject({ sessions: 0 });
  });
});
