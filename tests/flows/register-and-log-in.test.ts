import { createServer } from 'node:http';

import { describe, expect, test } from 'vitest';

import { createAuthClient, memoryStorage, refusalOf, safe } from '../../client/index.ts';
import { registered } from '../support/registered.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

describe('the typed client', () => {
  test('registers, logs in, asks who it is and logs out with a bearer token', async () => {
    await using app = await testApp();
    const storage = memoryStorage();
    const auth = app.client({ storage });

    const answer = registered(await auth.register.mutate({ ...ada, name: 'Ada' }));
    expect(answer).toMatchObject({ status: 'signedIn', user: { email: ada.email, name: 'Ada' } });
    expect(await auth.me.query()).toMatchObject({ user: answer.user });

    const loggedIn = registered(await auth.login.mutate(ada));
    expect(loggedIn.user).toEqual(answer.user);
    expect(loggedIn.token).not.toBe(answer.token);

    await auth.logout.mutate();
    expect(storage.get()).toBeNull();
    expect(await auth.me.query()).toBeNull();
  });

  test('learns the reason of each refusal', async () => {
    await using app = await testApp();
    const auth = app.client();
    await auth.register.mutate(ada);

    const [, taken] = await safe(auth.register.mutate(ada));
    expect(refusalOf(taken)).toEqual({ reason: 'EMAIL_TAKEN' });

    const [, short] = await safe(auth.register.mutate({ email: 'eve@example.com', password: 'short' }));
    expect(refusalOf(short)).toEqual({ reason: 'PASSWORD_TOO_SHORT', minimum: 8 });
    expect(short?.message).toBe('Choose a password of at least 8 characters.');

    const [, wrong] = await safe(auth.login.mutate({ ...ada, password: 'wrong horse' }));
    expect(refusalOf(wrong)).toEqual({ reason: 'WRONG_CREDENTIALS' });

    const [, invalid] = await safe(auth.login.mutate({ email: 'ada', password: '' }));
    expect(refusalOf(invalid)).toMatchObject({
      reason: 'INPUT_INVALID',
      fields: { email: ['Must be one e-mail address.'], password: ['Must not be empty.'] },
    });
  });

  test('forgets a token that the server no longer accepts', async () => {
    await using app = await testApp();
    const storage = memoryStorage();
    const auth = app.client({ storage });
    const { token } = registered(await auth.register.mutate(ada));
    await app.post('/trpc/auth.logout', {}, { authorization: `Bearer ${token}` });

    const [, ended] = await safe(auth.me.query());
    expect(refusalOf(ended)).toEqual({ reason: 'SESSION_ENDED' });
    expect(storage.get()).toBeNull();
  });

  test('sends queries made together in one request, and a mutation alone', async () => {
    await using app = await testApp();
    const requested: string[] = [];
    const auth = app.client({
      fetch: async (input, init) => {
        requested.push(new URL(new Request(input).url).pathname);
        return await fetch(input, init);
      },
    });
    await Promise.all([auth.me.query(), auth.me.query(), auth.register.mutate(ada), auth.logout.mutate()]);
    expect(requested.toSorted()).toEqual(['/trpc/auth.logout', '/trpc/auth.me,auth.me', '/trpc/auth.register']);
  });

  test('makes as many requests as it takes to stay within ten calls each', async () => {
    await using app = await testApp();
    const answers = await Promise.all(Array.from({ length: 25 }, async () => await app.client().me.query()));
    expect(answers).toEqual(Array(25).fill(null));
  });

  test('turns a storage that fails into an error of the call', async () => {
    await using app = await testApp();
    const broken = async (): Promise<never> => await Promise.reject(new Error('the keychain is locked'));
    const auth = app.client({ storage: { get: broken, set: broken, remove: broken } });
    const [, error] = await safe(auth.me.query());
    expect(error?.message).toContain('the keychain is locked');
  });

  test('keeps the token of a login that came in while a logout was on its way', async () => {
    await using app = await testApp();
    const storage = memoryStorage();
    const answered = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const auth = app.client({
      storage,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (new URL(response.url).pathname.endsWith('logout')) {
          answered.resolve();
          await held.promise;
        }
        return response;
      },
    });
    await auth.register.mutate(ada);
    const loggingOut = auth.logout.mutate();
    await answered.promise;
    const { token } = registered(await auth.login.mutate(ada));
    held.resolve();
    await loggingOut;
    expect(storage.get()).toBe(token);
  });

  test('15.3.2 follows no redirect: a password goes to the server that was named', async () => {
    const elsewhere = createServer((_request, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const address = elsewhere.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const [, error] = await safe(createAuthClient({ url: `http://127.0.0.1:${port}` }).login.mutate(ada));
    expect(String(error?.cause?.cause)).toMatch(/redirect/);
    elsewhere.closeAllConnections();
    elsewhere.close();
  });

  test('reports a server that cannot be reached as an error without a refusal', async () => {
    const app = await testApp();
    const auth = app.client();
    await app[Symbol.asyncDispose]();
    const [, error] = await safe(auth.login.mutate(ada));
    expect(error).toBeDefined();
    expect(refusalOf(error)).toBeUndefined();
  });
});

describe('plain JSON', () => {
  test('registers as the old server did: 201, a message, the user', async () => {
    await using app = await testApp();
    const response = await app.post('/api/auth/register', ada);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      message: 'User registered successfully',
      user: { id: expect.any(String), email: ada.email },
    });
  });

  test('refuses an address that is taken with 409 and a sentence', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const response = await app.post('/api/auth/register', { ...ada, email: 'ADA@example.com' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      reason: 'EMAIL_TAKEN',
      message: expect.stringContaining('has an account already'),
    });
  });

  test('logs in with 200, a message and the user, and never a hash', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const response = await app.post('/api/auth/login', ada);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ message: 'Login successful', user: { email: ada.email } });
    expect(text).not.toMatch(/bcrypt|passwordHash|battery|token/);
  });

  test('names the field in a malformed body', async () => {
    await using app = await testApp();
    const response = await app.post('/api/auth/register', { password: ada.password });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: 'email: Is missing.',
      reason: 'INPUT_INVALID',
      fields: { email: ['Is missing.'] },
    });
  });

  test('answers who is signed in, and logs out', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const me = await app.get('/api/auth/me', { cookie });
    expect(await me.json()).toMatchObject({ user: { email: ada.email }, session: { expiresAt: expect.any(String) } });

    const out = await app.post('/api/auth/logout', {}, { cookie });
    expect(await out.json()).toEqual({ message: 'Logged out', status: 'signedOut' });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(401);
  });

  test.each(['/api/auth/logout', '/trpc/auth.logout'])('%s takes no body and {} alike', async (path) => {
    await using app = await testApp();
    expect((await app.post(path)).status).toBe(200);
    expect((await app.post(path, {})).status).toBe(200);
  });

  test('answers what it does not know with 404 and a wrong method with 405', async () => {
    await using app = await testApp();
    expect((await app.post('/api/auth/nothing', {})).status).toBe(404);
    const wrongMethod = await app.get('/api/auth/login');
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get('allow')).toBe('POST');
    expect((await app.post('/api/auth/me', {})).status).toBe(405);
    expect((await app.get('/elsewhere')).status).toBe(404);
  });
});

describe('registration', () => {
  test('can be closed', async () => {
    await using app = await testApp({ env: { REGISTRATION: 'closed' } });
    const [, error] = await safe(app.client().register.mutate(ada));
    expect(refusalOf(error)).toEqual({ reason: 'REGISTRATION_CLOSED' });
    expect(error?.data?.httpStatus).toBe(403);
    expect(app.hashes()).toBe(0);
  });

  test('2.3.4 an address that 50 callers register at once is given to exactly one of them', async () => {
    await using app = await testApp();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => (await app.post('/api/auth/register', ada)).status),
    );
    expect(answers.toSorted()).toEqual([201, ...Array(49).fill(409)]);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('asks for as many characters as configured, counted after composing accents', async () => {
    await using app = await testApp({ env: { PASSWORD_MIN_LENGTH: '15' } });
    const register = async (password: string) => (await app.post('/api/auth/register', { ...ada, password })).status;
    expect(await register('a'.repeat(14))).toBe(400);
    expect(await register('e\u0301'.repeat(14))).toBe(400);
    expect(await register('e\u0301'.repeat(15))).toBe(201);
  });
});

describe('a wrong login', () => {
  test('GHSA-6f65-4fv2-wwch a wrong login says the same for an unknown address and a wrong password, byte for byte, after one hash each', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const before = app.hashes();

    for (const path of ['/api/auth/login', '/trpc/auth.login']) {
      const wrong = await app.post(path, { ...ada, password: 'wrong horse' });
      const unknown = await app.post(path, { ...ada, email: 'eve@example.com' });
      expect(wrong.status).toBe(401);
      expect(unknown.status).toBe(401);
      expect(withoutRequestId(await unknown.text())).toBe(withoutRequestId(await wrong.text()));
      expect(headersOf(unknown)).toEqual(headersOf(wrong));
    }
    expect(app.hashes() - before).toBe(4);
  });

  const withoutRequestId = (text: string): string => text.replace(/"requestId":"[0-9a-f-]{36}"/, '');
  const headersOf = (response: Response): string[] => [...response.headers.keys()];
});

test('a restart keeps users and sessions', async () => {
  await using first = await testApp();
  const { token = '' } = registered(await first.client({ storage: memoryStorage() }).register.mutate(ada));

  await using second = await testApp({ database: first.database });
  const storage = memoryStorage();
  await storage.set(token);
  expect(await second.client({ storage }).me.query()).toMatchObject({ user: { email: ada.email } });
  expect((await second.post('/api/auth/login', ada)).status).toBe(200);
});

describe('health', () => {
  test('/livez and /readyz answer 200 while all is well', async () => {
    await using app = await testApp();
    expect((await app.get('/livez')).status).toBe(200);
    expect((await app.get('/readyz')).status).toBe(200);
  });

  test('/readyz answers 503 once the database is gone, /livez goes on', async () => {
    await using app = await testApp();
    await app.auth.close();
    expect((await app.get('/livez')).status).toBe(200);
    expect((await app.get('/readyz')).status).toBe(503);
  });
});
