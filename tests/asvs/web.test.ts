import { beforeAll, describe, expect, test } from 'vitest';

import { accountsIn, read } from '../support/database.ts';
import { crawl } from '../support/crawl.ts';
import { call, faces, mutations } from '../support/procedures.ts';
import type { Face } from '../support/procedures.ts';
import { raw } from '../support/raw.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
const listed = { ...production, CORS_ORIGINS: 'https://shop.example.com' };
const eve = { ...ada, email: 'eve@example.com' };

describe('whatever a public server is asked', () => {
  let answers: Response[] = [];
  const every = (header: string): Set<string | null> => new Set(answers.map(({ headers }) => headers.get(header)));

  beforeAll(async () => {
    await using app = await testApp({ env: listed });
    answers = await crawl(app, {
      origins: ['https://evil.example'],
      headers: { 'sec-fetch-dest': 'document', accept: 'text/html' },
    });
    const tooLarge = await app.post('/api/auth/login', 'a'.repeat(100_000));
    const notJson = await app.post('/trpc/auth.login', '{}', { 'content-type': 'text/plain' });
    for (let guess = 0; guess < 5; guess += 1) await app.post('/api/auth/login', ada);
    const limited = await app.post('/api/auth/login', ada);
    await app.auth.close();
    const failed = await app.post('/api/auth/register', ada);
    answers.push(tooLarge, notJson, limited, failed, await app.get('/readyz'));
  });

  test('each kind of answer is among those that the tests below look at', () => {
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual([200, 204, 400, 401, 403, 404, 405, 413, 415, 429, 500, 503]);
  });

  test('3.2.1 no answer is a page, though a browser asks for one', async () => {
    for (const { body, headers } of answers) {
      if (body)
        expect(headers.get('content-type')).toMatch(/^(application\/json(; charset=utf-8)?|text\/event-stream)$/);
      expect(headers.get('content-security-policy')).toMatch(/; sandbox$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('3.4.1 browsers are told to come by https only, for a year, under every name below this one', () => {
    expect(every('strict-transport-security')).toEqual(new Set(['max-age=31536000; includeSubDomains']));
  });

  test('3.4.3 the content security policy of each answer lets nothing load, and no base or object', () => {
    const [policy = '', ...others] = every('content-security-policy');
    expect(others).toEqual([]);
    const directives = Object.fromEntries((policy ?? '').split('; ').map((one) => one.split(' ')));
    expect(directives).toMatchObject({ 'default-src': "'none'", 'base-uri': "'none'" });
    // What the default stands for, object-src among it, must not be said again more loosely.
    expect(Object.keys(directives).filter((name) => name.endsWith('-src'))).toEqual(['default-src']);
  });

  test('3.4.4 no browser guesses what an answer is', () => {
    expect(every('x-content-type-options')).toEqual(new Set(['nosniff']));
  });

  test('3.4.5 no address here is named to another site as the page one came from', () => {
    expect(every('referrer-policy')).toEqual(new Set(['no-referrer']));
  });

  test('3.4.6 no answer is shown in a frame', () => {
    for (const policy of every('content-security-policy')) expect(policy).toContain("frame-ancestors 'none'");
  });

  test('3.7.2 no answer sends a browser elsewhere', () => {
    expect([...every('location'), ...every('refresh')]).toEqual([null, null]);
    expect(answers.filter(({ status }) => status >= 300 && status < 400)).toEqual([]);
  });
});

test.each(['//evil.test', '/\\evil.test', '/%09//evil.test', 'https:evil.test', 'https://auth.example.com@evil.test'])(
  '3.7.2 no answer sends a browser to an address that was asked for: %s',
  async (target) => {
    await using app = await testApp({ env: production });
    const query = ['redirect', 'redirect_uri', 'returnTo', 'next', 'callbackURL', 'url']
      .map((name) => `${name}=${target}`)
      .join('&');
    const paths = [target, `${target}/..`, `/livez?${query}`, `/api/auth/me?${query}`, `/trpc/auth.me?${query}`];
    for (const path of paths.concat(`/api/auth/login${target}`, `/trpc/${target}`)) {
      const head = `GET ${path} HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n`;
      const answer = await raw(app, head);
      expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /);
      expect(answer).not.toMatch(/^(location|refresh|link):|evil/im);
    }
  },
);

/** Every Set-Cookie of every way to get one. */
async function cookiesOf(app: TestApp): Promise<string[]> {
  const answers: Response[] = [];
  for (const [index, face] of ['/trpc/auth.', '/api/auth/'].entries()) {
    const person = { ...ada, email: `user${index}@example.com` };
    answers.push(await app.post(`${face}register`, person), await app.post(`${face}login`, person));
    const cookie = answers.map(cookieOf).at(-1) ?? '';
    answers.push(await app.post(`${face}logout`, {}, { cookie }), await app.get(`${face}me`, { cookie }));
    answers.push(await app.get(`${face}me`, { cookie: `${cookie}x` }));
  }
  const cookies = answers.flatMap(({ headers }) => headers.getSetCookie());
  expect(cookies).toHaveLength(10);
  return cookies;
}

const attributesOf = (cookie: string): string[] => cookie.split('; ').slice(1).toSorted();

describe('on a public server', () => {
  test('3.3.1 every cookie goes over https only, and its name makes browsers see to it', async () => {
    await using app = await testApp({ env: production });
    for (const cookie of await cookiesOf(app)) {
      expect(cookie).toMatch(/^__Host-/);
      expect(attributesOf(cookie)).toContain('Secure');
    }
  });

  test('3.3.2 no cookie goes with what pages of other sites send', async () => {
    await using app = await testApp({ env: production });
    for (const cookie of await cookiesOf(app)) expect(attributesOf(cookie)).toContain('SameSite=Lax');
  });

  test('3.3.3 the session cookie is bound to this host, and no other name is read as one', async () => {
    await using app = await testApp({ env: production });
    for (const cookie of await cookiesOf(app)) {
      expect(attributesOf(cookie)).toContain('Path=/');
      expect(cookie).not.toMatch(/domain/i);
    }
    const [name = '', token = ''] = (cookieOf(await app.post('/api/auth/register', ada)) ?? '').split('=');
    const me = async (as: string) => await (await app.get('/api/auth/me', { cookie: `${as}=${token}` })).json();
    expect(await me(name)).toMatchObject({ user: { email: ada.email } });
    for (const other of ['latchkey_session', '__Secure-latchkey_session', '__host-latchkey_session', `x${name}`])
      expect(await me(other)).toBeNull();
  });

  test('3.3.4 no script can read a session cookie, and its value stands nowhere else', async () => {
    await using app = await testApp({ env: production });
    for (const cookie of await cookiesOf(app)) expect(attributesOf(cookie)).toContain('HttpOnly');
    for (const face of ['/trpc/auth.', '/api/auth/']) {
      const person = { ...ada, email: `ada${face.length}@example.org` };
      const signedIn = await app.post(`${face}register`, person);
      const cookie = cookieOf(signedIn) ?? '';
      const answers = [
        signedIn,
        await app.get(`${face}me`, { cookie }),
        await app.post(`${face}logout`, {}, { cookie }),
      ];
      const said = await Promise.all(
        answers.map(async (answer) => {
          const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie');
          return JSON.stringify(headers) + (await answer.text());
        }),
      );
      expect(said.join()).toContain(person.email);
      expect(said.join()).not.toContain(cookie.split('=')[1]);
    }
  });
});

describe.each(faces)('on %s', (face) => {
  const forged: [string, Record<string, string>, string?][] = [
    ['a script that asks nobody first', { origin: 'https://evil.test' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a form of another site', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' }],
    ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a form of JSON in text', { origin: 'https://evil.test', 'content-type': 'text/plain' }],
    ['a multipart form', { origin: 'https://evil.test', 'content-type': 'multipart/form-data; boundary=x' }],
    ['a form without a type', { origin: 'https://evil.test', 'content-type': '' }],
  ];

  test.each(forged)('3.5.1 %s changes nothing, with the cookie of a visitor or without one', async (_what, headers) => {
    await using app = await testApp({ env: listed });
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const before = accountsIn(app);
    for (const mutation of mutations) {
      for (const also of [{ cookie }, {}]) {
        const input = 'email' in mutation.input ? eve : {};
        const answer = await call(app, [face, mutation], { input, headers: { ...headers, ...also } });
        expect([403, 415]).toContain(answer.status);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    expect(accountsIn(app)).toEqual(before);
  });

  test.each(forged)(
    '3.5.1 %s touches no session, though any page may call where no origins are listed',
    async (_what, headers) => {
      await using app = await testApp();
      const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
      const session = read(app, 'select id from sessions');
      for (const mutation of mutations) {
        const input = 'email' in mutation.input ? ada : {};
        const answer = await call(app, [face, mutation], { input, headers: { ...headers, cookie } });
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      expect(read(app, 'select id from sessions')).toEqual(session);
    },
  );

  const disguises = [
    {},
    { 'x-http-method-override': 'POST' },
    { 'x-method-override': 'POST', 'x-http-method': 'POST' },
  ];

  test.each(['GET', 'HEAD', 'OPTIONS'])(
    '3.5.3 nothing is changed by %s, whatever else it calls itself',
    async (method) => {
      await using app = await testApp();
      const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
      const before = accountsIn(app);
      for (const { path, input } of mutations) {
        const value = 'email' in input ? eve : {};
        const queries = [
          `input=${JSON.stringify(value)}`,
          `batch=1&input=${JSON.stringify({ 0: value })}`,
          '_method=POST',
        ];
        for (const [index, query] of queries.entries()) {
          const headers = { ...disguises[index], cookie };
          const answer = await fetch(`${app.url}${urlOf(face, path)}?${query}`, { method, headers });
          expect([204, 404, 405]).toContain(answer.status);
          expect(answer.headers.getSetCookie()).toEqual([]);
        }
      }
      expect(accountsIn(app)).toEqual(before);
      expect(app.hashes()).toBe(1);
    },
  );
});

const urlOf = (face: Face, path: string): string => face + (face === '/api/' ? path.replaceAll('.', '/') : path);
