import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isMany } from '../support/many.ts';
import { raw } from '../support/raw.ts';
import { openSocket } from '../support/socket.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** One request, as it goes over the wire; `CREDENTIAL` is somebody's cookie. */
interface Wire {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

const paths = fc.constantFrom(
  'auth.me',
  'auth.sessions.list',
  'auth.account.events',
  'auth.login',
  'auth.register',
  'auth.logout',
  'auth.sessions.verify',
  'auth.sessions.changes',
  'auth.nothing',
  'auth',
  'constructor',
  'auth.me.',
);
const texts = fc.constantFrom(
  '',
  '{}',
  'null',
  '[]',
  '{',
  '"x"',
  '{"0":{}}',
  '{"0":{"limit":1},"1":null}',
  '{"limit":5}',
  '{"limit":0}',
  JSON.stringify(ada),
  JSON.stringify({ ...ada, deliver: 'token' }),
  JSON.stringify({ 0: ada, 1: ada }),

  '{"email":"x"}',
  '{"__proto__":{"0":{}}}',
  '{"email":"\\u0000"}',
  '\xff\xfe',
  '{"password":"Zo\xc3\xab"}',
  '1e999',
  'x'.repeat(70_000),
);
const encodings = fc.constantFrom(
  encodeURIComponent,
  (text: string) => text.replaceAll(/[^!-~]/g, '+'),
  () => '%',
  () => '%E0%A4',
);
const queries = fc.oneof(
  fc.constantFrom('', '?', '?batch=1', '?batch=0', '?batch=1&batch=2', '?batch=2&batch=1', '?batch=%31', '?BATCH=1'),
  fc
    .tuple(fc.constantFrom('?input=', '?batch=1&input=', '?x=1&input='), texts, encodings)
    .map(([before, text, encode]) => before + encode(text.slice(0, 400))),
  fc.constantFrom(
    '?connectionParams=%7B%7D',
    '?batch=1&input=%7B%7D#x',
    '?input=%7B%7D?',
    '?input=1&input=2',
    '?input',
  ),
);
const headerOf = (name: string, ...values: string[]) =>
  fc.oneof(
    fc.constant({}),
    fc.constantFrom(...values).map((value) => ({ [name]: value })),
  );
const wires: fc.Arbitrary<Wire> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT'),
  target: fc
    .tuple(
      fc.oneof(
        paths,
        fc.array(paths, { minLength: 1, maxLength: 11 }).map((all) => all.join(',')),
      ),
      queries,
    )
    .map(([path, query]) => `/trpc/${path}${query}`),
  headers: fc
    .tuple(
      headerOf(
        'content-type',
        'application/json',
        'application/json',
        'APPLICATION/JSON; charset=utf-8',
        'text/plain',
        'multipart/form-data; boundary=x',
        'application/json; charset=latin1',
        'application/octet-stream',
      ),
      headerOf('accept', 'application/jsonl', 'application/json', '*/*, application/jsonl;q=0.5'),
      headerOf('trpc-accept', 'application/jsonl', 'x'),
      headerOf('cookie', 'CREDENTIAL', 'CREDENTIAL', 'latchkey_session=x'),
      headerOf('origin', 'http://localhost:5173', 'https://evil.example', 'null'),
      headerOf('sec-fetch-site', 'same-origin', 'cross-site'),
      headerOf('host', 'localhost', '127.0.0.1:80', '999.1.1.1', 'a:b', '[::1]:3000', 'xn--'),
    )
    .map((all) => Object.assign({ host: 'localhost' }, ...all)),
  body: texts,
});

async function answerOf(app: TestApp, { method, target, headers, body }: Wire, cookie: string): Promise<string> {
  const bytes = Buffer.byteLength(body, 'latin1');
  const own = method === 'POST' || method === 'PUT' ? { 'content-length': String(bytes) } : {};
  // With somebody's it would go on for ever.
  const who = target.includes('sessions.changes') ? { cookie: '' } : {};
  const all = { ...headers, ...who, ...own, connection: 'close', 'x-forwarded-for': '203.0.113.7' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value.replace('CREDENTIAL', cookie)}`);
  const sent = `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${'content-length' in own ? body : ''}`;
  return comparable(await raw(app, Buffer.from(sent, 'latin1')));
}

/**
 * Without what is different each time, and what is so on purpose: the length of an answer, or its parts; and the
 * order of headers, which says nothing (RFC 9110 §5.3).
 */
function comparable(answer: string): string {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const isInParts = /^transfer-encoding: chunked/im.test(head);
  const body = rest.join('\r\n\r\n');
  const whole = isInParts ? body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n|\r\n$/g, '') : body;
  const [status = '', ...headers] = head.split('\r\n');
  const lines = headers.filter((line) => !/^(date|transfer-encoding|content-length): /i.test(line));
  return `${status}\n${lines.toSorted().join('\n')}\n\n${whole}`
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/[\w-]{43}/g, 'TOKEN');
}

describe('an answer in the tRPC protocol', () => {
  test(
    'is the one of tRPC’s own adapter, whatever is asked and however, but for being sent whole',
    async () => {
      await using quick = await testApp({ env: { RATE_LIMITS: 'off' } });
      await using adapter = await testApp({ env: { RATE_LIMITS: 'off', QUICK_TRPC: 'off' }, clock: quick.clock });
      const seen = new Set<string>();
      const cookieIn = async (app: TestApp): Promise<string> => {
        const about = { ...ada, email: 'grace@example.com' };
        return cookieOf(await app.post('/api/auth/register', about)) ?? '';
      };
      const [quickCookie, adapterCookie] = [await cookieIn(quick), await cookieIn(adapter)];
      await fc.assert(
        fc.asyncProperty(wires, async (wire) => {
          const expected = await answerOf(adapter, wire, adapterCookie);
          expect(await answerOf(quick, wire, quickCookie)).toBe(expected);
          seen.add(expected.split('\n', 1)[0] ?? '');
        }),
        { numRuns: isMany ? 5000 : 250 },
      );
      // Of those that there are: 200, 201 is plain JSON's, 207, 400, 401, 403, 404, 405, 409, 413, 415 …
      expect(seen.size).toBeGreaterThan(isMany ? 9 : 6);
    },
    isMany ? 300_000 : 60_000,
  );

  test('that nobody waits for any more is logged by both in the same way, and harms neither', async () => {
    const eventsAfter = async (QUICK_TRPC: string): Promise<unknown[]> => {
      await using app = await testApp({ env: { QUICK_TRPC } });
      const held = await openSocket(app);
      held.socket.write(
        'POST /trpc/auth.login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"email":',
      );
      await expect.poll(async () => (await app.get('/livez')).status).toBe(200);
      held.socket.destroy();
      await expect.poll(() => app.logged()).toContain('CLIENT_CLOSED_REQUEST');
      const lines = app.logged().trim().split('\n');
      return lines.map((line) => JSON.parse(line)).map(({ event, code, reason }) => ({ event, code, reason }));
    };
    expect(await eventsAfter('on')).toEqual(await eventsAfter('off'));
  });

  test('comes from the quick way for what is common, and from the adapter for the rest', async () => {
    await using app = await testApp();
    const isWhole = async (path: string, headers: Record<string, string> = {}): Promise<boolean> =>
      (await app.get(path, headers)).headers.has('content-length');
    expect(await isWhole('/trpc/auth.me')).toBe(true);
    expect(await isWhole('/trpc/auth.me,auth.me?batch=1&input=%7B%7D')).toBe(true);
    expect(await isWhole('/trpc/auth.me?batch=1', { 'trpc-accept': 'application/jsonl' })).toBe(false);
    expect(await isWhole('/trpc/auth.nothing')).toBe(false);
    await using without = await testApp({ env: { QUICK_TRPC: 'off' } });
    expect((await without.get('/trpc/auth.me')).headers.has('content-length')).toBe(false);
  });
});
