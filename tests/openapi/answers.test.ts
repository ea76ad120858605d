import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { openApiDocument } from '../../server/openapi/document.ts';
import { described } from '../support/described.ts';
import { pending, withApp } from '../support/factors.ts';
import { signIn } from '../support/people.ts';
import { call, procedures } from '../support/procedures.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const description = described(await openApiDocument({ url: 'http://localhost:3000', cookieName: 'latchkey_session' }));
const eve = { email: 'eve@example.com', password: ada.password };

/** The status of an answer, once it is held to what is described, and its reason or its `status`. */
async function answered(path: string, answer: Response): Promise<string> {
  const operation = description.at(path === 'me' ? 'get' : 'post', `/api/auth/${path}`);
  if (!operation) throw new Error(`${path} is not described`);
  const body: { reason?: string; status?: string } | null = await description.expectDescribed(operation, answer);
  return [answer.status, body?.reason ?? body?.status ?? 'done'].join(' ');
}

describe('what the server answers is what is described', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({ env: { RATE_LIMITS: 'off' } });
  });
  afterAll(async () => await app[Symbol.asyncDispose]());

  test.each(procedures.filter(({ type }) => type !== 'subscription'))(
    'of $path to nobody and to somebody, who is asked for where it is said',
    async (procedure) => {
      const { path, type } = procedure;
      const operation = description.at(type === 'query' ? 'get' : 'post', `/api/${path.replaceAll('.', '/')}`);
      if (!operation) throw new Error(`${path} is not described`);
      const toNobody = await description.expectDescribed(operation, await call(app, ['/api/', procedure]));
      const isNeeded = !operation.security.some((one) => Object.keys(one).length === 0);
      expect(toNobody?.reason === 'NOT_SIGNED_IN').toBe(isNeeded);

      // Somebody of its own: what it does to them is of no matter to the next one.
      const { headers } = await signIn(app, { email: `${operation.operationId}@example.com` });
      await description.expectDescribed(operation, await call(app, ['/api/', procedure], { headers }));
      const invalid = await call(app, ['/api/', procedure], { input: { canary: 1 }, headers });
      expect(invalid.status).toBeGreaterThanOrEqual(400);
      await description.expectDescribed(operation, invalid);
    },
  );
});

test('each form of an answer to somebody who comes', async () => {
  await using open = await testApp();
  expect(await answered('register', await open.post('/api/auth/register', { ...ada, name: 'Ada' }))).toBe(
    '201 signedIn',
  );
  expect(await answered('login', await open.post('/api/auth/login', { ...ada, deliver: 'token' }))).toBe(
    '200 signedIn',
  );
  expect(await answered('me', await open.get('/api/auth/me'))).toBe('200 done');

  const asked = await withApp(open);
  expect(await answered('login', await open.post('/api/auth/login', ada))).toBe('200 factorNeeded');
  const shown = { proof: await pending(open), factor: { method: 'totp', code: asked.code() }, deliver: 'token' };
  expect(await answered('factors/prove', await open.post('/api/auth/factors/prove', shown))).toBe('200 signedIn');

  await using confirmed = await testApp({ env: { REQUIRE_VERIFIED_EMAIL: 'on' } });
  expect(await answered('register', await confirmed.post('/api/auth/register', ada))).toBe('201 checkYourMail');
  await using strict = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
  expect(await answered('register', await strict.post('/api/auth/register', ada))).toBe('201 factorNeeded');
});

test('each kind of refusal, with when to try again where that helps', async () => {
  await using app = await testApp({ env: { CORS_ORIGINS: 'https://shop.example.com' } });
  const { headers } = await signIn(app);
  const register = async (body: unknown, more = {}) =>
    await answered('register', await app.post('/api/auth/register', body, more));
  expect(await register(ada)).toBe('409 EMAIL_TAKEN');
  expect(await register({ ...eve, password: 'ab' })).toBe('400 PASSWORD_TOO_SHORT');
  expect(await register({ ...eve, email: 'eve' })).toBe('400 INPUT_INVALID');
  expect(await register('{')).toBe('400 REQUEST_INVALID');
  expect(await register('a'.repeat(100_000))).toBe('413 REQUEST_INVALID');
  expect(await register(eve, { 'content-type': 'text/plain' })).toBe('415 REQUEST_INVALID');
  expect(await register(eve, { origin: 'https://evil.example' })).toBe('403 ORIGIN_REFUSED');

  app.clock.forward(minutes(11));
  const late = await app.post('/api/auth/sessions/revokeOthers', {}, headers);
  expect(await answered('sessions/revokeOthers', late)).toBe('403 VERIFY_AGAIN');
  await app.post('/api/auth/logout', {}, headers);
  expect(await answered('me', await app.get('/api/auth/me', headers))).toBe('401 SESSION_ENDED');

  for (let guess = 0; guess < 5; guess += 1) await app.post('/api/auth/login', { ...ada, password: 'wrong horse' });
  expect(await answered('login', await app.post('/api/auth/login', ada))).toBe('429 RATE_LIMITED');
});

test('a fault', async () => {
  await using app = await testApp();
  const { headers } = await signIn(app);
  await app.auth.close();
  expect(await answered('me', await app.get('/api/auth/me', headers))).toBe('500 UNEXPECTED');
});
