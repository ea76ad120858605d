// Published weaknesses of other products, by the first id of their advisories: guesses, tokens and sessions.
// Others are where the same is tested anyway: the limits, the hash, the login.
import { createHash, createHmac } from 'node:crypto';

import { expect, test } from 'vitest';

import { memoryStorage } from '../client/index.ts';
import { read, write } from './support/database.ts';
import { call, faces, outcomeOf, procedures } from './support/procedures.ts';
import { signIn } from './support/people.ts';
import { registered } from './support/registered.ts';
import { ada, cookieOf, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

type Headers = Record<string, string>;

const tokenOf = (cookie = ''): string => cookie.split('=')[1] ?? '';
const carried = (token: string): Headers[] => [
  { cookie: `latchkey_session=${token}` },
  { authorization: `Bearer ${token}` },
];

/** Says that a token signs nobody in, on any face, in any place, at any procedure. */
async function expectWorthless(app: TestApp, token: string): Promise<void> {
  const before = read(app, 'select count(*) from sessions');
  for (const headers of carried(token)) {
    for (const path of ['/trpc/auth.me', '/api/auth/me', '/trpc/auth.me,auth.me?batch=1']) {
      const answer = await app.get(path, headers);
      expect([token, answer.status]).toEqual([token, 401]);
      expect(await answer.text()).not.toContain(ada.email);
    }
    for (const path of ['/trpc/auth.logout', '/api/auth/logout'])
      expect((await app.post(path, {}, headers)).status).toBe(401);
  }
  expect(read(app, 'select count(*) from sessions')).toEqual(before);
}

test('CVE-2026-119128 no credential can be worked out from what others may see, not even from the database', async () => {
  await using app = await testApp();
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const { user, session } = await (await app.get('/api/auth/me', { cookie })).json();
  const stored = ['hex(token_hash)', 'lower(hex(token_hash))', 'user_id', 'created_at'].flatMap((column) =>
    read(app, `select ${column} from sessions`).map(String),
  );
  const visible: string[] = [user.id, user.email, session.id, session.createdAt, ...stored];
  const secrets = [...visible, ...visible.map((one) => `${one}:${user.id}`), JSON.stringify({ userId: user.id })];
  const forged = secrets.flatMap((text) => [
    text,
    Buffer.from(text).toString('base64url'),
    Buffer.from(text, 'hex').toString('base64url'),
    createHash('sha256').update(text).digest('base64url'),
    createHmac('sha256', '').update(text).digest('base64url'),
    createHmac('sha256', 'secret').update(text).digest('base64url'),
  ]);
  expect(forged.filter((token) => /^[\w-]{43}$/.test(token)).length).toBeGreaterThan(20);
  // Each is sent as a header, so it is one line of Latin letters.
  const sendable = [...new Set(forged)].filter((text) => /^[!-~]+$/.test(text));
  for (const token of sendable) {
    for (const headers of carried(token)) expect((await app.get('/api/auth/me', headers)).status).toBe(401);
  }
});

test('CVE-2025-64102 by default guesses are limited at every procedure that looks at a password', async () => {
  const looking = procedures.filter(({ fields }) => fields.includes('password') || fields.includes('currentPassword'));
  const ofAnybody = looking.filter(({ assurance }) => assurance === 'none');
  expect(ofAnybody.map(({ path }) => path)).toEqual(expect.arrayContaining(['auth.register', 'auth.login']));
  for (const face of faces) {
    for (const procedure of ofAnybody) {
      await using app = await testApp();
      const home = { 'x-forwarded-for': '203.0.113.9' };
      const outcomes: string[] = [];
      for (let index = 0; index < 15; index += 1) {
        const input = { ...procedure.input, email: `user${index}@example.com` };
        outcomes.push(await outcomeOf(await call(app, [face, procedure], { input, headers: home })));
      }
      expect(outcomes.slice(10)).toEqual(Array(5).fill('RATE_LIMITED'));
      expect(app.hashes()).toBe(10);
    }
    for (const procedure of looking.filter((one) => !ofAnybody.includes(one))) {
      await using app = await testApp();
      const { headers } = await signIn(app);
      const before = app.hashes();
      const outcomes: string[] = [];
      for (let index = 0; index < 15; index += 1) {
        const guess = { password: `guess ${index}`, currentPassword: `guess ${index}` };
        const given = Object.entries(guess).filter(([name]) => procedure.fields.includes(name));
        const input = { ...procedure.input, ...Object.fromEntries(given) };
        outcomes.push(await outcomeOf(await call(app, [face, procedure], { input, headers })));
      }
      expect(outcomes).toEqual([...Array(5).fill('WRONG_PASSWORD'), ...Array(10).fill('RATE_LIMITED')]);
      expect(app.hashes() - before).toBe(5);
    }
  }
});

test('CVE-2026-9798 a delayed account is delayed on every way in: both faces, in batches, for a token, in any case', async () => {
  for (const guessed of faces) {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const path = (face: string): string => (face === '/api/' ? '/api/auth/login' : '/trpc/auth.login');
    for (let guess = 0; guess < 5; guess += 1)
      expect((await app.post(path(guessed), { ...ada, password: 'wrong horse' })).status).toBe(401);
    const before = app.hashes();
    for (const face of faces) {
      for (const input of [ada, { ...ada, deliver: 'token' }, { ...ada, email: 'ADA@Example.com' }])
        expect((await app.post(path(face), input)).status).toBe(429);
    }
    expect((await app.post('/trpc/auth.login,auth.login?batch=1', { 0: ada, 1: ada })).status).toBe(429);
    expect(app.hashes()).toBe(before);
  }
});

test('GHSA-2vg6-77g8-24mp with an account everything that knows of it is gone: no token works, no row is left', async () => {
  await using app = await testApp();
  const { token = '', user } = registered(await app.client({ storage: memoryStorage() }).register.mutate(ada));
  const second = tokenOf(cookieOf(await app.post('/api/auth/login', ada)));
  for (const one of [token, second]) {
    for (const headers of carried(one)) expect((await app.get('/api/auth/me', headers)).status).toBe(200);
  }
  // A mail that is under way knows the account by its id.
  await app.mails();
  write(app, 'delete from users');
  for (const one of [token, second]) await expectWorthless(app, one);
  for (const table of read(app, "select name from sqlite_master where type = 'table'").map(String)) {
    const columns = read(app, `select name from pragma_table_info('${table}')`).map((name) => `"${String(name)}"`);
    const rows = read(app, `select concat_ws(' ', ${columns.join(', ')}) from ${table}`).map(String);
    expect(rows.filter((row) => row.includes(user.id) || row.includes(ada.email))).toEqual([]);
  }
});

test('CVE-2025-56643 a token that was logged out is of no use to anybody, however it is replayed', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  for (const face of faces) {
    for (const at of [0, 1]) {
      const token = tokenOf(cookieOf(await app.post('/api/auth/login', ada)));
      const path = face === '/api/' ? '/api/auth/logout' : '/trpc/auth.logout';
      expect((await app.post(path, {}, carried(token)[at])).status).toBe(200);
      await expectWorthless(app, token);
      // A later sign-in, even one that brings it along, does not revive it.
      await app.post('/api/auth/login', ada, carried(token)[at]);
      await expectWorthless(app, token);
    }
  }
});

test('CVE-2025-25298 passwords that are the same for 72 bytes are not the same, in letters of any size', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  for (const [index, letter] of ['x', 'ñ', '語', '🌵'].entries()) {
    const email = `user${index}@example.com`;
    for (const bytes of [71, 72, 73]) {
      const start = letter.repeat(Math.ceil(bytes / Buffer.byteLength(letter)));
      const person = { email: `${bytes}.${email}`, password: `${start}a` };
      expect((await app.post('/api/auth/register', person)).status).toBe(201);
      for (const password of [`${start}b`, start, `${start}aa`])
        expect((await app.post('/api/auth/login', { ...person, password })).status).toBe(401);
      expect((await app.post('/api/auth/login', person)).status).toBe(200);
    }
  }
});
