import { describe, expect, test } from 'vitest';

import { crawl } from '../support/crawl.ts';
import { raw } from '../support/raw.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
const listed = { ...production, CORS_ORIGINS: 'https://shop.example.com' };

const origins = ['https://app.example.com', 'https://shop.example.com', 'https://evil.example', 'null'];

const expected = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};
const secured = { ...expected, 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

// Whatever else an answer may say of itself: nothing of it names software or a version.
const others = `
  access-control-allow-credentials access-control-allow-headers access-control-allow-methods access-control-allow-origin
  access-control-expose-headers access-control-max-age allow connection content-length content-type date keep-alive
  retry-after set-cookie transfer-encoding vary x-accel-buffering x-request-id
`.split(/\s+/);

function expectHeaders(answer: { headers: Headers }, headers: Record<string, unknown> = expected): void {
  const isStream = answer.headers.get('content-type') === 'text/event-stream';
  // tRPC puts what it says of streams before it.
  const kept = isStream ? { ...headers, 'cache-control': 'no-cache, no-transform, no-store' } : headers;
  expect(Object.fromEntries(answer.headers)).toMatchObject(kept);
  const names = [...answer.headers.keys()];
  expect(names.filter((name) => !(name in headers) && !others.includes(name))).toEqual([]);
}

const isFrontPage = (answer: Response): boolean =>
  answer.status === 200 && answer.headers.get('content-type') === 'text/html; charset=utf-8';
// tests/flows/front-page.test.ts has it letter by letter.
const ownPolicy: unknown = expect.stringMatching(/^default-src 'none'; script-src 'sha256-/);

describe.each([
  ['a server on loopback', {}, expected],
  ['a public server', production, secured],
  ['a public server with a list of origins', listed, secured],
])('every answer of %s', (_what, env, headers) => {
  test('carries the same security headers, whatever was asked by which page', async () => {
    await using app = await testApp({ env });
    const answers = await crawl(app, { origins });
    // The page for developers has a policy of its own, by which it may run and show what is on it.
    for (const answer of answers)
      expectHeaders(answer, { ...headers, ...(isFrontPage(answer) && { 'content-security-policy': ownPolicy }) });
    const statuses = new Set(answers.map(({ status }) => status));
    expect([200, 204, 400, 404, 405].filter((status) => !statuses.has(status))).toEqual([]);
    expect(answers.some((answer) => answer.headers.has('strict-transport-security'))).toBe(headers === secured);
  });
});

describe.each(['/trpc/auth.', '/api/auth/'])('at %s… so does', (face) => {
  test('each step of a session, with its cookie', async () => {
    await using app = await testApp();
    const registered = await app.post(`${face}register`, ada);
    const cookie = cookieOf(registered) ?? '';
    const [me, out, ended] = [
      await app.get(`${face}me`, { cookie }),
      await app.post(`${face}logout`, {}, { cookie }),
      await app.get(`${face}me`, { cookie }),
    ];
    expect([me.status, out.status, ended.status]).toEqual([200, 200, 401]);
    for (const answer of [registered, me, out, ended]) expectHeaders(answer);
  });

  test('each refusal', async () => {
    await using app = await testApp({ env: listed });
    const login = `${face}login`;
    const tooLarge = await app.post(login, 'a'.repeat(100_000));
    const notJson = await app.post(login, '{}', { 'content-type': 'text/plain' });
    const foreign = await app.post(login, ada, { origin: 'https://evil.example' });
    for (let guess = 0; guess < 5; guess += 1) await app.post(login, ada);
    const limited = await app.post(login, ada);
    const answers = [tooLarge, notJson, foreign, limited];
    expect(answers.map(({ status }) => status)).toEqual([413, 415, 403, 429]);
    for (const answer of answers) expectHeaders(answer, secured);
  });

  test('an unexpected error', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    await app.auth.close();
    const [failed, notReady] = [await app.get(`${face}me`, { cookie }), await app.get('/readyz')];
    expect([failed.status, notReady.status]).toEqual([500, 503]);
    for (const answer of [failed, notReady]) expectHeaders(answer);
  });
});

test.each(['Host: a b', 'Host: localhost\r\nExpect: the-unexpected', 'Host: localhost\r\nUpgrade: h2c'])(
  'so does the answer to a head with %j',
  async (header) => {
    await using app = await testApp();
    const answer = await raw(app, `GET /livez HTTP/1.1\r\n${header}\r\nConnection: close\r\n\r\n`);
    for (const [name, value] of Object.entries(expected))
      expect(answer.toLowerCase()).toContain(`${name}: ${value.toLowerCase()}`);
  },
);
