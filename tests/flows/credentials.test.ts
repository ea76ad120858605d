import { describe, expect, test } from 'vitest';

import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const register = async (app: TestApp): Promise<string> => cookieOf(await app.post('/api/auth/register', ada)) ?? '';

const statusOfMe = async (app: TestApp, headers: Record<string, string>): Promise<number> =>
  (await app.get('/trpc/auth.me', headers)).status;

describe('a credential that is no good gives 401, never 500', () => {
  const token = 'a'.repeat(43);
  test.each<[string, Record<string, string>]>([
    ['a cookie of garbage', { cookie: 'latchkey_session=%00%ff' }],
    ['an empty cookie', { cookie: 'latchkey_session=' }],
    ['a quoted cookie', { cookie: `latchkey_session="${token}"` }],
    ['a cookie of no session', { cookie: `latchkey_session=${token}` }],
    ['two cookies', { cookie: `latchkey_session=${token}; latchkey_session=${token}` }],
    ['a bearer token of garbage', { authorization: 'Bearer ' + 'x'.repeat(1000) }],
    ['no bearer token', { authorization: 'Bearer' }],
    ['a bearer token of no session', { authorization: `bearer ${token}` }],
    ['two bearer tokens', { authorization: `Bearer ${token}, Bearer ${token}` }],
  ])('%s', async (_what, headers) => {
    await using app = await testApp();
    for (const path of ['/trpc/auth.me', '/api/auth/me']) expect((await app.get(path, headers)).status).toBe(401);
    for (const path of ['/trpc/auth.logout', '/api/auth/logout']) {
      const response = await app.post(path, {}, headers);
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('SESSION_ENDED');
    }
  });

  test('two cookies, though the first is good', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    expect(await statusOfMe(app, { cookie: `${cookie}; latchkey_session=${token}` })).toBe(401);
    expect(await statusOfMe(app, { cookie: `${cookie}; ${cookie}` })).toBe(401);
    expect(await statusOfMe(app, { cookie: `other=1; ${cookie}; xlatchkey_session=2` })).toBe(200);
  });

  // RFC 6265 §4.1.3.2: only the server itself can set a cookie with the prefix. U+00A0 before it is another name.
  test('a cookie whose name begins with byte A0 is another cookie', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' } });
    const mine = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const forged = await app.post('/api/auth/register', { ...ada, email: 'eve@example.com' });
    const planted = `\u00a0${cookieOf(forged)}`;
    const alone = await app.get('/api/auth/me', { cookie: planted });
    expect(await alone.json()).toBeNull();
    const both = await app.get('/api/auth/me', { cookie: `${planted}; ${mine}` });
    expect(await both.json()).toMatchObject({ user: { email: ada.email } });
    expect(both.headers.getSetCookie()).toEqual([]);
  });

  test('another scheme of authorization is not ours, so nobody is signed in', async () => {
    await using app = await testApp();
    const response = await app.get('/api/auth/me', { authorization: 'Basic YTpi' });
    expect(response.status).toBe(200);
    expect(await response.json()).toBeNull();
  });
});
