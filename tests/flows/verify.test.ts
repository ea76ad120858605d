import { expect, test } from 'vitest';

import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const signUp = async (app: TestApp): Promise<{ cookie: string; id: string }> => {
  const answer = await app.post('/api/auth/register', ada);
  return { cookie: cookieOf(answer) ?? '', id: (await answer.json()).user.id };
};

test('a proxy learns who is signed in, by cookie or bearer token', async () => {
  await using app = await testApp();
  const { cookie, id } = await signUp(app);
  const { token } = await (await app.post('/api/auth/login', { ...ada, deliver: 'token' })).json();
  for (const headers of [{ cookie }, { authorization: `Bearer ${token}` }]) {
    const answer = await app.get('/api/auth/verify', headers);
    expect([answer.status, answer.headers.get('x-auth-user-id')]).toEqual([200, id]);
    expect(await answer.json()).toEqual({ userId: id });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

test('a proxy is told to let nobody in who is not signed in, or not any more', async () => {
  await using app = await testApp();
  const { cookie } = await signUp(app);
  const without = await app.get('/api/auth/verify');
  expect([without.status, (await without.json()).reason]).toEqual([401, 'NOT_SIGNED_IN']);
  expect(without.headers.get('x-auth-user-id')).toBeNull();

  await app.post('/api/auth/logout', {}, { cookie });
  const ended = await app.get('/api/auth/verify', { cookie });
  expect([ended.status, (await ended.json()).reason]).toEqual([401, 'SESSION_ENDED']);
});

test('what Traefik sends of the request that it has makes no difference', async () => {
  await using app = await testApp();
  const { cookie } = await signUp(app);
  const forwarded = { 'x-forwarded-method': 'POST', 'x-forwarded-uri': '/admin', 'x-forwarded-host': 'evil.test' };
  expect((await app.get('/api/auth/verify', { cookie, ...forwarded })).status).toBe(200);
  expect((await app.get('/api/auth/verify', { ...forwarded, 'x-auth-user-id': 'somebody' })).status).toBe(401);
});

test('a request that a page of another site has forged is not let in by the cookie', async () => {
  await using app = await testApp({ env: { CORS_ORIGINS: 'https://shop.example.com' } });
  const { cookie } = await signUp(app);
  expect((await app.get('/api/auth/verify', { cookie, origin: 'https://evil.test' })).status).toBe(401);
});

test('only questions are answered: a POST is refused, and other spellings are nothing', async () => {
  await using app = await testApp();
  const { cookie } = await signUp(app);
  expect((await app.post('/api/auth/verify', {}, { cookie })).status).toBe(405);
  for (const path of ['/api/auth/verify/', '/api/auth/Verify', '/api//auth/verify', '/trpc/auth.verify'])
    expect((await app.get(path, { cookie })).status).toBe(404);
});

test('a change that another site’s page is behind, and that names no origin, is refused to the app as it is to us', async () => {
  await using app = await testApp();
  const { cookie } = await signUp(app);
  const asked = async (method: string, site: string) =>
    (await app.get('/api/auth/verify', { cookie, 'x-original-method': method, 'sec-fetch-site': site })).status;
  expect([await asked('POST', 'cross-site'), await asked('DELETE', 'same-site')]).toEqual([403, 403]);
  expect([await asked('POST', 'same-origin'), await asked('GET', 'cross-site')]).toEqual([200, 200]);
  const byTraefik = { cookie, 'x-forwarded-method': 'POST', 'sec-fetch-site': 'cross-site' };
  expect((await app.get('/api/auth/verify', byTraefik)).status).toBe(403);
});
