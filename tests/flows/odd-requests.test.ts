import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { accountsIn } from '../support/database.ts';
import { raw } from '../support/raw.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

// One server for all of them: that it answers the next one is part of the promise.
let app: TestApp;
let before: unknown[];

beforeAll(async () => {
  app = await testApp();
  await app.post('/api/auth/register', ada);
  before = accountsIn(app);
});

afterAll(async () => await app[Symbol.asyncDispose]());

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect((await response.text()).length).toBeLessThan(5000);
  expectUnharmed();
}

function expectUnharmed(): void {
  expect(accountsIn(app)).toEqual(before);
  expect(app.logged()).not.toContain('"level":"error"');
}

const nested = (depth: number, [open, close] = ['[', ']']): string => open.repeat(depth) + close.repeat(depth);
const withName = (json: string): string => `{"email":"eve@example.com","password":"another horse","name":${json}}`;
const keys = (count: number, length: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"${String(index).padEnd(length, 'a')}":1`).join()}}`;

describe.each(['/trpc/auth.', '/api/auth/'])('at %s… whatever is odd is refused and leaves no trace:', (face) => {
  test.each<[string, string]>([
    ['arrays in arrays, 10,000 deep', nested(10_000)],
    ['arrays without an end', '['.repeat(60_000)],
    ['a name that is 10,000 arrays deep', withName(nested(10_000))],
    ['objects in objects, 8,000 deep', `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`],
    ['a number of 60,000 digits', withName('9'.repeat(60_000))],
    ['a value of a megabyte', withName(`"${'a'.repeat(1_000_000)}"`)],
    ['a key of 60 kB', keys(1, 60_000)],
    ['5,000 keys', keys(5000, 4)],
    ['10,000 keys of one name', `{${Array(10_000).fill('"":1').join()}}`],
    ['bare control characters', withName('"a\u0001\u001b[31m\nb"')],
    ['escaped control characters', withName(String.raw`"a\u0001\u001b[31m\nb"`)],
    ['NUL', withName(String.raw`"a\u0000b"`)],
    ['half a character', withName(String.raw`"\ud83d"`)],
    ['half a character in a key', String.raw`{"\ud83d":1,"\u0000":2}`],
    ['a number too large', withName('1e400')],
    ['not a number', withName('NaN')],
    ['a comment', `${withName('null')}//`],
    ['two values', `${withName('null')}{}`],
  ])('a body with %s', async (_what, body) => {
    for (const procedure of ['register', 'login', 'logout'])
      await expectRefused(await app.post(face + procedure, body));
  });

  test.each([
    ['deep arrays', nested(4000)],
    ['half a percent sign', '%'],
    ['bytes that are no UTF-8', '%ff%fe'],
    ['NUL', '%00'],
    ['percent signs encoded twice', '%257B%257D'],
    ['half a character', '%22%5Cud83d%22'],
    ['two inputs', '{}%26input=1'],
    ['a text of 12 kB', `%22${'a'.repeat(12_000)}%22`],
  ])('a query with %s', async (_what, input) => {
    await expectRefused(await app.get(`${face}me?input=${input}`));
  });

  test('a batch of odd calls', async () => {
    for (const body of [nested(10_000), `{"0":${nested(10_000)}}`, '{"-1":{}}', '{"__proto__":{}}', '{"0":[]}'])
      await expectRefused(await app.post(`${face}login?batch=1`, body));
  });

  test.each<[string, string]>([
    ['a doubled type', 'Content-Type: application/json\r\nContent-Type: text/plain'],
    [
      'doubled credentials',
      'Authorization: Bearer a\r\nAuthorization: Basic b\r\nCookie: a\r\nCookie: latchkey_session=b',
    ],
    ['doubled origins', 'Origin: https://a.test\r\nOrigin: null\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site'],
    ['doubled forwarding', 'X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: ,,\r\nX-Forwarded-For: ::'],
    [
      'bytes beyond ASCII',
      'Origin: \xff\r\nCookie: \xa0latchkey_session=\xff\r\nX-Forwarded-For: \xe4\r\nAuthorization: Bearer \xff',
    ],
    ['3,000 cookies', `Cookie: ${'a=b;'.repeat(3000)}`],
    ['500 session cookies', `Cookie: ${`latchkey_session=${'a'.repeat(6)};`.repeat(500)}`],
    ['1,500 headers', Array(1500).fill('a: b').join('\r\n')],
    ['a header of 15 kB', `X-Forwarded-For: ${'1,'.repeat(7500)}`],
    ['odd tRPC headers', 'trpc-accept: application/jsonl\r\nlast-event-id: \x7fx\r\nx-trpc-source: __proto__'],
  ])('a head with %s', async (_what, headers) => {
    for (const [method, procedure] of [
      ['GET', 'me'],
      ['POST', 'login'],
      ['POST', 'logout'],
    ]) {
      const answer = await raw(
        app,
        `${method} ${face}${procedure} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /);
      expectUnharmed();
    }
  });
});

test.each([
  'get /livez',
  'G%45T /livez',
  'QUERY /api/auth/me',
  'M-SEARCH *',
  'PRI *',
  'ACL /trpc/auth.login',
  'CONNECT /trpc/auth.login',
  'OPTIONS *',
  'GET *',
  'GET http://evil.test/trpc/auth.me',
  'GET //evil.test/trpc/auth.me',
  'GET /trpc/%2561uth.me',
  'GET /api/auth/me%00',
  'GET /api/auth/me;a=b',
  'GET /api/auth/me#a',
  'GET /api/auth/me/%2e%2e/login',
  'GET /api/__proto__/constructor',
  'GET /trpc/constructor,__proto__,toString?batch=1',
  'GET /api/auth/\u00ff',
  `GET /api/${'a/'.repeat(5000)}`,
  `GET /trpc/${'auth.me,'.repeat(1500)}auth.me?batch=1`,
  `GET /${'a'.repeat(20_000)}`,
])('a request that begins oddly is answered all the same, or its connection closed: %j', async (start) => {
  const answer = await raw(app, `${start} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^(HTTP\/1\.1 (204|4\d\d) .*|$)/);
  expect(answer).not.toMatch(/evil|ada@/);
  expectUnharmed();
  expect((await app.get('/readyz')).status).toBe(200);
});
