import { expect, test } from 'vitest';

import { read } from '../support/database.ts';
import { raw } from '../support/raw.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const body = JSON.stringify({ ...ada, email: 'smuggled@example.com' });
const post = 'POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
/** A whole request, hidden in or behind another one. */
const smuggled = `${post.replace('login', 'register')}Content-Length: ${body.length}\r\n\r\n${body}`;

const users = (app: TestApp): unknown[] => read(app, 'select email from users');
const statusesIn = (answer: string): string[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status);

const chunked = (size: string): string => `${post}Transfer-Encoding: chunked\r\n\r\n${size}`;
const withLength = (length: string): string => `${post}Content-Length: ${length}\r\n\r\n{}`;
const withCoding = (coding: string): string => `${post}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`;

test.each<[string, string[]]>([
  [
    'a length and chunks',
    [
      `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
      `${post}Content-Length: 4\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    ],
  ],
  [
    'two lengths',
    [
      withLength('2\r\nContent-Length: 0'),
      withLength('0\r\nContent-Length: 2'),
      withLength('2\r\nContent-Length: 2'),
      withLength('2, 2'),
    ],
  ],
  [
    'a length that is no number',
    ['+2', '-2', '0x2', '2a', '2 2', '', '1e1', '2\v', '18446744073709551618'].map(withLength),
  ],
  [
    'a coding that is not known',
    ['xchunked', 'chunked, identity', 'identity', 'chunked, chunked', 'gzip', '"chunked"', 'chun\tked', ''].map(
      withCoding,
    ),
  ],
  [
    'two codings',
    [withCoding('chunked\r\nTransfer-Encoding: identity'), withCoding('chunked\r\nTransfer-Encoding: chunked')],
  ],
  [
    'a chunk of no clear size',
    [
      'zz\r\n{}',
      '-2\r\n{}',
      '+2\r\n{}',
      '0x2\r\n{}',
      ' 2\r\n{}',
      '2 \r\n{}',
      'FFFFFFFFFFFFFFFFFF\r\n{}',
      '2;a\n=b\r\n{}',
    ].map((size) => chunked(`${size}\r\n0\r\n\r\n`)),
  ],
  [
    'a chunk with more behind it',
    [chunked('2\r\n{}xx\r\n0\r\n\r\n'), chunked('2\r\n{}\r\n0\r\nx\r\n\r\n'), chunked('0\r\nX: y\nZ\r\n\r\n')],
  ],
  [
    'chunks whose lines end otherwise',
    ['2\n{}\r\n0\r\n\r\n', '2\r{}\r\n0\r\n\r\n', '2\r\n{}\n0\n\n', '2\r\n{}\r\n0\n\n'].map(chunked),
  ],
  [
    'lines that end otherwise',
    [
      withLength('2').replaceAll('\r\n', '\n'),
      withLength('2').replace('\r\n\r\n', '\r\n\n'),
      withLength('2\nX: y'),
      withLength('2\rX: y'),
      `${post}X: y\r${withLength('0').slice(post.length)}`,
    ],
  ],
  [
    'folded lines',
    [
      `${post}X: y\r\n Content-Length: 5\r\nContent-Length: 2\r\n\r\n{}`,
      withCoding('\r\n chunked'),
      withLength('2\r\n 0'),
    ],
  ],
  [
    'a name that ends in a space',
    [`${post}Content-Length : 2\r\n\r\n{}`, `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  ],
  [
    'NUL',
    [
      withLength('2\0'),
      `${post}X: a\0b\r\nContent-Length: 2\r\n\r\n{}`,
      `${post}X\0: a\r\nContent-Length: 2\r\n\r\n{}`,
    ],
  ],
  [
    'another version',
    [withCoding('chunked').replace('1.1', '1.0'), withLength('2').replace('1.1', '2.0'), 'GET /livez\r\n'],
  ],
])(
  '4.2.1 a request with %s is refused and its connection closed, and nothing behind it is a request',
  async (_what, heads) => {
    await using app = await testApp();
    for (const head of heads) {
      const answer = await raw(app, head + smuggled);
      expect([head, ...statusesIn(answer)]).toEqual([head, '400']);
      expect(answer).toMatch(/^Connection: close\r$/m);
      expect(users(app)).toEqual([]);
    }
  },
);

const last = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const carrying = (start: string, headers = ''): string =>
  `${start} HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}${last}`;

test.each([
  ['GET', carrying('GET /livez'), '200'],
  ['HEAD', carrying('HEAD /livez'), '200'],
  ['HEAD over tRPC', carrying('HEAD /trpc/auth.me'), '204'],
  ['OPTIONS', carrying('OPTIONS /api/auth/login'), '204'],
  ['a query', carrying('GET /trpc/auth.me'), '200'],
  ['a method that is not known here', carrying('PUT /api/auth/login'), '405'],
  ['an address that is nothing', carrying('POST /nothing'), '404'],
  ['another type', carrying('POST /trpc/auth.login', 'Content-Type: text/plain\r\n'), '415'],
  ['two hosts', carrying('POST /api/auth/login', 'Host: evil.test\r\n'), '400'],
  ['JSON that is none', carrying('POST /api/auth/login', 'Content-Type: application/json\r\n'), '400'],
])('4.2.1 the body of a request is never taken for another request: %s', async (_what, bytes, status) => {
  await using app = await testApp();
  expect(statusesIn(await raw(app, bytes))).toEqual([status, '200']);
  expect(users(app)).toEqual([]);
});

test.each([
  ['is too large', `${post}Content-Length: 100000\r\n\r\n${smuggled}`],
  ['is too large in chunks', chunked(`186a0\r\n${'a'.repeat(100_000)}\r\n0\r\n\r\n${smuggled}`)],
  [
    'asks for another protocol',
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${smuggled}`,
  ],
  ['asks for HTTP/2', carrying('POST /nothing', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')],
  ['is for a tunnel', `CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n${smuggled}`],
])('4.2.1 nothing is read behind a request that %s: its connection is closed', async (_what, bytes) => {
  await using app = await testApp();
  const answer = await raw(app, bytes);
  expect(statusesIn(answer).length).toBeLessThanOrEqual(1);
  if (answer !== '') expect(answer).toMatch(/^Connection: close\r$/m);
  expect(users(app)).toEqual([]);
});
