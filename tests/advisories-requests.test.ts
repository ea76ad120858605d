// Published weaknesses of other products, by the first id of their advisories: what requests say of where they come from and where they go.
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createOriginCheck } from '../server/http/origin-check.ts';
import { originOf } from '../server/kernel/origin.ts';
import { read } from './support/database.ts';
import { call, faces, mutations, outcomeOf } from './support/procedures.ts';
import { raw } from './support/raw.ts';
import { ada, cookieOf, testApp } from './support/test-app.ts';

const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
const listed = { ...production, CORS_ORIGINS: 'https://shop.example.com' };

const head = (line: string, headers: string[], body = ''): string =>
  [`${line} HTTP/1.1`, ...headers, 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n',
  );
const json = 'Content-Type: application/json';

test('GHSA-3529-5m8x-rpv3 whatever a request says about its host and its address, the answer is the same', async () => {
  await using app = await testApp({ env: { ...production } });
  await app.post('/api/auth/register', ada);
  const claims = [
    ['Host: evil.test'],
    ['Host: evil.test:443'],
    ...[
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Server: evil.test',
      'X-Host: evil.test',
      'X-Original-Host: evil.test',
    ]
      .concat(
        'Forwarded: host=evil.test;proto=http',
        'X-Forwarded-Proto: http',
        'X-Forwarded-Port: 1',
        'X-Forwarded-Prefix: /evil',
      )
      .concat('X-Original-URL: /api/auth/logout', 'X-Rewrite-URL: /livez', 'X-HTTP-Method-Override: GET')
      .map((claim) => ['Host: localhost', claim]),
  ];
  const requests: [string, object?][] = faces.flatMap((face): [string, object?][] => [
    [`POST ${face}auth${face === '/api/' ? '/' : '.'}login`, ada],
    [`POST ${face}auth${face === '/api/' ? '/' : '.'}register`, ada],
    [`GET ${face}auth${face === '/api/' ? '/' : '.'}me`],
  ]);
  let asked = 0;
  for (const [line, input] of [
    ...requests,
    ['GET /elsewhere'],
    ['GET /livez'],
    ['OPTIONS /trpc/auth.login'],
  ] as typeof requests) {
    const answerTo = async (claim: string[]): Promise<string> => {
      const answer = await raw(
        app,
        head(line, [...claim, json, `X-Forwarded-For: 10.0.0.${(asked += 1)}`], input && JSON.stringify(input)),
      );
      return answer.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|session=[\w-]{43}|^Date: .*$/gm, '…');
    };
    const usual = await answerTo(['Host: localhost']);
    expect(usual).toMatch(/^HTTP\/1.1 [24]\d\d /);
    for (const claim of claims) expect([claim, await answerTo(claim)]).toEqual([claim, usual]);
  }
});

test('CVE-2025-71403 an origin is trusted only if it is, letter by letter, one that the URL standard reads in it', () => {
  const rule = {
    publicUrl: 'https://auth.example.com',
    appUrl: 'https://app.example.com',
    corsOrigins: ['https://shop.example.com'],
  };
  const own = [rule.publicUrl, rule.appUrl, ...rule.corsOrigins];
  const local = { publicUrl: 'http://localhost:3000', appUrl: 'http://localhost:3000', corsOrigins: undefined };
  const [strict, loopback] = [createOriginCheck(rule), createOriginCheck(local)];
  const schemes = ['https://', 'http://'];
  const hosts = ['shop.example.com', 'app.example.com', 'localhost', '127.0.0.1', '[::1]', 'evil.test'];
  const marks = [
    '@',
    '.',
    '/',
    '\\',
    '#',
    '?',
    ':',
    ':443',
    ':8443',
    '*',
    '%2e',
    '\t',
    ' ',
    'null',
    'SHOP',
    '-',
    '，',
    '。',
  ];
  const oneOf = (...lists: string[][]) => fc.constantFrom(...lists.flat());
  const text = fc.oneof(
    fc.tuple(oneOf(schemes), oneOf(hosts)),
    fc.tuple(oneOf(schemes), oneOf(hosts, marks), oneOf(marks), oneOf(hosts)),
    fc.array(oneOf(schemes, hosts, marks), { minLength: 1, maxLength: 6 }),
    fc.tuple(fc.webUrl({ withFragments: true, withQueryParameters: true })),
  );
  const trusted = { strict: 0, loopback: 0, read: 0 };
  fc.assert(
    fc.property(text, (pieces) => {
      const origin = pieces.join('');
      if (strict({ origin }).takesCookies) {
        trusted.strict += 1;
        expect(own).toContain(new URL(origin).origin);
        expect(new URL(origin).origin).toBe(origin);
      }
      if (loopback({ origin }).takesCookies) {
        trusted.loopback += 1;
        expect(new URL(origin).origin).toBe(origin);
        expect(new URL(origin).hostname).toMatch(/^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/);
      }
      // What the configuration takes for an origin is one, and nothing beside it.
      if (originOf(origin) !== undefined) {
        trusted.read += 1;
        const { username, password, pathname, search, hash } = new URL(origin);
        expect([username, password, pathname, search, hash]).toEqual(['', '', '/', '', '']);
        expect(originOf(origin)).toBe(new URL(origin).origin);
      }
    }),
    { numRuns: 2000 },
  );
  for (const count of Object.values(trusted)) expect(count).toBeGreaterThan(10);
});

const withNames = [
  'https://shop.example.com@evil.test',
  'https://shop.example.com:@evil.test',
  'https://evil.test@shop.example.com',
];

test.each(withNames)('CVE-2026-28512 a name before the host makes no origin a trusted one: %s', async (origin) => {
  await using app = await testApp({ env: listed });
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  for (const face of faces) {
    for (const mutation of mutations)
      expect(await outcomeOf(await call(app, [face, mutation], { headers: { origin, cookie } }))).toBe(
        'ORIGIN_REFUSED',
      );
  }
  expect((await app.get('/api/auth/me', { origin, cookie })).headers.get('access-control-allow-origin')).toBeNull();
  for (const name of ['PUBLIC_URL', 'APP_URL', 'CORS_ORIGINS'])
    await expect(testApp({ env: { ...listed, [name]: origin } })).rejects.toThrow(`${name}: `);
});

test('better-auth #9973 a foreign page is refused every change, also where it brings no cookie', async () => {
  await using app = await testApp({ env: listed });
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const mailed = (await app.mails()).length;
  const [hashes, logged] = [app.hashes(), app.logged().length];
  const pages = [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const face of faces) {
    for (const mutation of mutations) {
      for (const page of pages as Record<string, string>[]) {
        const input = { ...mutation.input, ...(mutation.path === 'auth.register' ? { email: 'eve@example.com' } : {}) };
        for (const headers of [page, { ...page, cookie }]) {
          const answer = await call(app, [face, mutation], { headers, input });
          expect(answer.headers.getSetCookie()).toEqual([]);
          expect(await outcomeOf(answer)).toBe('ORIGIN_REFUSED');
        }
      }
    }
  }
  expect(app.hashes()).toBe(hashes);
  expect(await app.mails()).toHaveLength(mailed);
  expect(app.logged().slice(logged)).not.toMatch(/login\.succeeded|user\.registered|session\.ended/);
  expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
});

test('CVE-2026-41248 no spelling of a URL gets a call around the guard, which is in the procedure', async () => {
  await using app = await testApp({ env: listed });
  let persons = 0;
  const person = () => ({ ...ada, email: `user${(persons += 1)}@example.com` });
  const targets: [string, () => object][] = [
    ['/trpc/auth.register', person],
    ['/trpc/auth.register?/livez', person],
    ['/trpc/auth.register?batch=1', () => ({ 0: person() })],
    ['/trpc/auth.logout,auth.register?batch=1', () => ({ 0: {}, 1: person() })],
    ['/api/auth/register?x=/livez', person],
    ...[
      '/trpc/auth.register#/livez',
      '/trpc/auth.register;x=.css',
      '/livez/../trpc/auth.register',
      '//trpc/auth.register',
    ]
      .concat(
        '/trpc/auth.register%00',
        '/trpc/auth.register\\',
        '/api/auth/register/.',
        '/api/./auth/register',
        '/trpc/auth%2eregister',
      )
      .concat('http://localhost/trpc/auth.register', 'http://localhost/api/auth/register', '/readyz/trpc/auth.register')
      .map((target): [string, () => object] => [target, person]),
  ];
  const send = async (headers: string[]): Promise<unknown> => {
    for (const [target, input] of targets)
      await raw(
        app,
        head(
          `POST ${target}`,
          ['Host: localhost', json, `X-Forwarded-For: 10.0.${persons}.1`, ...headers],
          JSON.stringify(input()),
        ),
      );
    return read(app, 'select count(*) from users')[0];
  };
  expect(await send(['Origin: https://evil.test'])).toBe(0);
  expect(await send(['Sec-Fetch-Site: cross-site'])).toBe(0);
  // The first five do arrive where nothing speaks against them.
  expect(await send([])).toBe(5);
});
