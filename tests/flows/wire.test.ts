import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { describe, expect, test } from 'vitest';

import { refusalOf, safe } from '../../client/index.ts';
import type { AppRouter } from '../../client/index.ts';
import { counts } from '../support/database.ts';
import { raw } from '../support/raw.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

describe('the streaming batch link, which cannot set cookies', () => {
  test('is refused with a sentence that names the fix, before anything is stored', async () => {
    await using app = await testApp();
    const streaming = createTRPCClient<AppRouter>({ links: [httpBatchStreamLink({ url: `${app.url}/trpc` })] });
    const [, error] = await safe(streaming.auth.register.mutate(ada));
    expect(refusalOf(error)?.reason).toBe('REQUEST_INVALID');
    expect(error?.message).toContain('send mutations by httpLink');
    expect(await counts(app)).toEqual({ users: 0, sessions: 0 });
    expect(app.hashes()).toBe(0);
    expect(await streaming.auth.me.query()).toBeNull();
    expect(app.logged()).not.toContain('"level":"error"');
  });

  test('ends no session at logout', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const headers = { cookie, 'trpc-accept': 'application/jsonl' };
    await (await app.post('/trpc/auth.logout?batch=1', { 0: {} }, headers)).text();
    expect(await counts(app)).toEqual({ users: 1, sessions: 1 });
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
  });

  test('reads an ended session as ended, and nothing fails', async () => {
    await using app = await testApp();
    const headers = { cookie: `latchkey_session=${'a'.repeat(43)}`, 'trpc-accept': 'application/jsonl' };
    expect(await (await app.get('/trpc/auth.me?batch=1', headers)).text()).toContain('SESSION_ENDED');
    expect(app.logged()).not.toContain('"level":"error"');
  });
});

describe('a procedure has one spelling, so that a proxy in front can deny or limit it by its path', () => {
  test.each([
    '/api/auth.login',
    '/api/auth//login',
    '/api/auth/login/',
    '/api//auth/login',
    '/api/auth%2Flogin',
    '/trpc/auth%2Elogin',
    '/trpc/%61uth.login',
    '/trpc/auth.login/',
    '/trpc/./auth.login',
    '/trpc/../XXXXauth.login',
    '/trpc/%2e%2e/api/auth.login',
    '/trpc//auth.login',
    '/TRPC/auth.login',
    '/trpc/auth.login,__proto__?batch=1',
  ])('%s is nothing', async (path) => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const hashes = app.hashes();
    const body = JSON.stringify({ ...ada, 0: ada });
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    expect(await raw(app, `${head}Content-Length: ${body.length}\r\n\r\n${body}`)).toMatch(/^HTTP\/1.1 404 /);
    expect(app.hashes()).toBe(hashes);
  });
});

describe.each(['/trpc/auth.', '/api/auth/'])('bodies to %s…', (face) => {
  // Decoded as most decoders do, all of these bytes become U+FFFD, and different passwords one.
  test('that are not UTF-8 are refused, and make no user', async () => {
    await using app = await testApp();
    const body = Buffer.from(JSON.stringify({ ...ada, password: 'passwörter' }), 'latin1');
    const response = await fetch(`${app.url}${face}register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await counts(app)).toEqual({ users: 0, sessions: 0 });
  });

  test('in another charset are refused, in UTF-8 by any spelling not', async () => {
    await using app = await testApp();
    const status = async (type: string) => (await app.post(`${face}login`, ada, { 'content-type': type })).status;
    expect(await status('application/json; charset=iso-8859-1')).toBe(415);
    expect(await status('application/json; charset=utf-16')).toBe(415);
    expect(await status('Application/JSON;charset="UTF-8"')).toBe(401);
  });

  test('with a byte order mark are read alike', async () => {
    await using app = await testApp();
    expect((await app.post(`${face}login`, `\ufeff${JSON.stringify(ada)}`)).status).toBe(401);
  });

  test('that are too large end the connection, so that nobody sends on', async () => {
    await using app = await testApp();
    const response = await app.post(`${face}login`, 'a'.repeat(100_000));
    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
  });
});

// Node begins what stands behind such a body while the refusal is still being written (RFC 9112 §9.6).
test.each(['/trpc/auth.login', '/api/auth/login'])(
  'what follows a body to %s that is too large is not carried out',
  async (path) => {
    await using app = await testApp();
    const type = 'Host: localhost\r\nContent-Type: application/json\r\n';
    const large = `POST ${path} HTTP/1.1\r\n${type}Transfer-Encoding: chunked\r\n\r\n1000\r\n${'a'.repeat(4096)}\r\n`;
    const rest = `10000\r\n${'a'.repeat(65_536)}\r\n0\r\n\r\n`;
    const body = JSON.stringify(ada);
    const behind = `POST /api/auth/register HTTP/1.1\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`;
    expect(await raw(app, large + rest + behind)).toMatch(/^HTTP\/1\.1 413 (?!.*HTTP\/1\.1)/s);
    expect(await counts(app)).toEqual({ users: 0, sessions: 0 });
  },
);

test('of the requests that one connection sends at once no more than 20 are begun, and beyond them it is cut', async () => {
  await using app = await testApp();
  const one = 'GET /trpc/auth.me HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const last = one.replace('Host', 'Connection: close\r\nHost');
  const answers = async (text: string): Promise<number> => (await raw(app, text)).split('HTTP/1.1 200 ').length - 1;
  expect(await answers(one.repeat(19) + last)).toBe(20);
  expect(await answers(one.repeat(5000) + last)).toBeLessThanOrEqual(20);
  expect((await app.get('/livez')).status).toBe(200);
});

describe('the head of a request', () => {
  test.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])(
    'with the method %s is answered with 405',
    async (method) => {
      await using app = await testApp();
      for (const path of ['/trpc/auth.me', '/api/auth/me', '/livez', '/']) {
        const answer = await raw(app, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1.1 405 /);
      }
    },
  );

  test.each(['Host: ada:canary@x', 'Host: canary/x', 'Host: a\r\nHost: canary', 'Host: '])(
    'with a bad host (%j) is answered with 400, and no byte of it reaches the log',
    async (header) => {
      await using app = await testApp();
      for (const path of ['/trpc/auth.me', '/api/auth/me']) {
        expect(await raw(app, `GET ${path} HTTP/1.1\r\n${header}\r\nConnection: close\r\n\r\n`)).toMatch(
          /^HTTP\/1.1 400 /,
        );
      }
      expect(app.logged()).not.toContain('canary');
    },
  );
});

test('what tRPC answers before it knows of a call is JSON, too', async () => {
  await using app = await testApp();
  const response = await app.post('/trpc/auth.login', '{}', { 'content-type': 'text/plain' });
  expect(response.headers.get('content-type')).toContain('application/json');
  expect((await app.post('/trpc/auth.login', ada)).headers.get('content-type')).toBe('application/json');
});

test('RATE_LIMITED says by a header when to try again, over tRPC as well', async () => {
  await using app = await testApp();
  for (let guess = 0; guess < 5; guess += 1) await app.post('/trpc/auth.login', ada);
  expect((await app.post('/trpc/auth.login', ada)).headers.get('retry-after')).toBe('1');
});
