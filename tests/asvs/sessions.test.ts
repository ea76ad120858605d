import { randomBytes } from 'node:crypto';

import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { read, write } from '../support/database.ts';
import { call, faces, mutations, procedures } from '../support/procedures.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** A new session for Ada, who has registered, in a token. */
async function signIn(app: TestApp): Promise<string> {
  const response = await app.post('/api/auth/login', { ...ada, deliver: 'token' });
  return ((await response.json()) as { token: string }).token;
}

const statusOfMe = async (app: TestApp, token: string): Promise<number> =>
  (await app.get('/api/auth/me', { authorization: `Bearer ${token}` })).status;

const sessions = (app: TestApp): unknown => read(app, 'select count(*) from sessions')[0];

test('7.2.1 the server looks every token up: none that differs in one character, or is made up, is believed', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const token = await signIn(app);
  const other = (letter = ''): string => (letter === 'A' ? 'B' : 'A');
  const altered = Array.from(token, (letter, at) => token.slice(0, at) + other(letter) + token.slice(at + 1));
  const madeUp = Array.from({ length: 20 }, () => randomBytes(32).toString('base64url'));
  for (const forged of [...altered, ...madeUp, token.toLowerCase(), `${token}=`])
    expect(await statusOfMe(app, forged)).toBe(401);
  expect(await statusOfMe(app, token)).toBe(200);
  write(app, 'delete from sessions');
  expect(await statusOfMe(app, token)).toBe(401);
});

test('7.2.2 each session gets a token of its own, and none that a client brings becomes one', async () => {
  // So many at once to one account are more than its limit lets through.
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  await app.post('/api/auth/register', ada);
  const brought = randomBytes(32).toString('base64url');
  const cookies = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const headers = { cookie: `latchkey_session=${brought}`, 'x-session-token': brought };
      return cookieOf(await app.post('/api/auth/login', ada, headers));
    }),
  );
  expect(new Set(cookies).size).toBe(20);
  expect(cookies).not.toContain(undefined);
  expect(cookies).not.toContain(`latchkey_session=${brought}`);
  expect(await statusOfMe(app, brought)).toBe(401);
});

test('7.2.3 a token is 32 random bytes: in 64 of them each bit is now 0 and now 1', async () => {
  // So many logins at once to one account are more than its limit lets through, unless each is over at once.
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  await app.post('/api/auth/register', ada);
  const tokens: string[] = [];
  // One after the other: of more than five at once some may be told to come back.
  while (tokens.length < 64) tokens.push(await signIn(app));
  const bytes = tokens.map((token) => Buffer.from(token, 'base64url'));
  expect(new Set(bytes.map(({ length }) => length))).toEqual(new Set([32]));
  for (let bit = 0; bit < 256; bit += 1) {
    const ones = bytes.filter((token) => ((token[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
    // Six standard deviations: a fair bit is outside less than once in ten million runs.
    expect(Math.abs(ones - 32), `bit ${bit}`).toBeLessThanOrEqual(24);
  }
});

test('7.2.3 the database holds no two sessions of one token', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const rest = 'created_at, user_id, token_hash, last_seen_at, expires_at';
  const copy = `insert into sessions (id, ${rest}) select 'another', ${rest} from sessions`;
  expect(() => write(app, copy)).toThrow(/UNIQUE.*token_hash/);
});

test('7.4.1 a session that is ended while it is used stays ended', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const token = await signIn(app);
  // Late enough for its use to be written down.
  app.clock.forward(hours(2));
  const use = async (): Promise<number> => await statusOfMe(app, token);
  const logOut = async (): Promise<number> =>
    (await app.post('/api/auth/logout', {}, { authorization: `Bearer ${token}` })).status;
  const before = sessions(app);
  await Promise.all([use(), use(), use(), logOut(), use(), use(), use()]);
  expect(await use()).toBe(401);
  expect([before, sessions(app)]).toEqual([2, 1]);
});

test('7.4.2 with an account all its sessions end at once, on every device', async () => {
  await using app = await testApp();
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const tokens = [await signIn(app), await signIn(app)];
  // They have just been in use, so that whatever remembers them does.
  for (const token of tokens) expect(await statusOfMe(app, token)).toBe(200);
  write(app, 'delete from users');
  for (const token of tokens) expect(await statusOfMe(app, token)).toBe(401);
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(401);
  expect((await app.post('/api/auth/logout', {}, { cookie })).status).toBe(401);
  expect(sessions(app)).toBe(0);
});

test('7.4.2 so they do where a program deleted the account that left its sessions behind', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const token = await signIn(app);
  const client = new Sqlite(app.database.file);
  client.pragma('foreign_keys = OFF');
  client.exec('delete from users');
  client.close();
  expect(sessions(app)).toBe(2);
  expect(await statusOfMe(app, token)).toBe(401);
  await app.post('/api/auth/register', ada);
  expect(await statusOfMe(app, token)).toBe(401);
});

test('7.6.2 nothing but a sign-in starts a session: no reading, no link with everything in it', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const links = procedures.flatMap(({ path }) => [`/trpc/${path}`, `/api/${path.replaceAll('.', '/')}`]);
  const input = encodeURIComponent(JSON.stringify(ada));
  const query = `email=${ada.email}&password=${encodeURIComponent(ada.password)}&input=${input}`;
  for (const path of [...links, '/', '/livez', '/readyz', '/elsewhere']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const response = await fetch(`${app.url}${path}?${query}`, { method });
      expect(response.headers.getSetCookie().filter((cookie) => !cookie.includes('Max-Age=0'))).toEqual([]);
    }
  }
  expect(sessions(app)).toBe(1);
});

test('7.6.2 a page of another site signs nobody in: its visitor gets no cookie, though the password is right', async () => {
  await using app = await testApp();
  const pages = [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }];
  for (const face of faces) {
    for (const procedure of mutations) {
      for (const headers of pages as Record<string, string>[])
        expect((await call(app, [face, procedure], { headers })).headers.getSetCookie()).toEqual([]);
    }
  }
  expect(read(app, 'select count(*) from users')).toEqual([1]);
  expect(sessions(app)).toBe(0);
});
