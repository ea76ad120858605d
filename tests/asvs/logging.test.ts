import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { entriesOf, loggedBy } from '../support/log-entries.ts';
import type { Entry } from '../support/log-entries.ts';
import { raw } from '../support/raw.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const faces = ['/trpc/auth.', '/api/auth/'] as const;
const listed = { CORS_ORIGINS: 'https://shop.example.com' };
const wrong = { ...ada, password: 'wrong horse' };
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
const home = '203.0.113.9';
const fromHome = { 'x-forwarded-for': home };

/** The entries without what differs from run to run. */
const gist = (entries: Entry[]): unknown[] =>
  entries.map(({ time: _time, requestId: _requestId, ...rest }) => ({ ...rest }));

function change(app: TestApp, sql: string): void {
  const client = new Sqlite(app.database.file);
  client.exec(sql);
  client.close();
}

test('16.2.1 an entry about a request says when, from which address, which request by the id in its answer, and who where that is known', async () => {
  await using app = await testApp({ env: listed });
  const registered = await app.post('/api/auth/register', ada, fromHome);
  const cookie = cookieOf(registered) ?? '';
  const { user } = await registered.json();
  const answers = [
    registered,
    await app.post('/trpc/auth.login', ada, fromHome),
    await app.post('/api/auth/login', wrong, fromHome),
    await app.post('/api/auth/login', '{', fromHome),
    await app.post('/api/auth/logout', {}, { ...fromHome, origin: 'https://evil.test' }),
    await app.post('/api/auth/logout', {}, { ...fromHome, cookie }),
    await app.get('/api/auth/me', { ...fromHome, cookie }),
    await fetch(app.url, { method: 'PUT', headers: fromHome }),
  ];
  const entries = entriesOf(app);
  const requests = new Set(entries.map(({ requestId }) => requestId));
  expect([...requests]).toEqual(answers.map(({ headers }) => headers.get('x-request-id')));
  for (const entry of entries)
    expect(entry).toMatchObject({ time: expect.any(String), requestId: uuid, address: home });
  const ofSomebody = entries.filter(({ event }) => event !== 'procedure.refused');
  expect(ofSomebody.map(({ event, userId }) => [event, userId])).toEqual([
    ['user.registered', user.id],
    ['session.started', user.id],
    ['session.started', user.id],
    ['session.ended', user.id],
  ]);
});

test('16.2.1 where no procedure was reached, the id in the answer is the one in the log, too', async () => {
  await using app = await testApp();
  const answer = await app.get(`/trpc/${Array(11).fill('auth.me').join(',')}?batch=1`);
  const [entry] = entriesOf(app);
  expect(entry).toMatchObject({ requestId: uuid, address: '127.0.0.1' });
  expect(await answer.text()).toContain(`"requestId":"${entry?.requestId}"`);
});

test('16.2.2 times are in UTC, wherever the server stands', async () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Tokyo';
  try {
    await using app = await testApp();
    const before = Date.now();
    await app.post('/api/auth/register', ada);
    const [entry] = entriesOf(app);
    expect(entry?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(new Date(entry?.time ?? '').getTime()).toBeGreaterThanOrEqual(before);
    expect(new Date(entry?.time ?? '').getTime()).toBeLessThanOrEqual(Date.now());
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

describe.each(faces)('at %s…', (face) => {
  const refused = (procedure: string, reason: string, more: object = {}): object => ({
    level: 'info',
    event: 'procedure.refused',
    address: home,
    procedure: `auth.${procedure}`,
    reason,
    ...more,
  });

  test('16.3.1 each way to sign in or out, and each failure of one, gives exactly one entry for each thing that has happened', async () => {
    await using app = await testApp();
    const session = { cookie: '' };
    const send = async (procedure: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      await app.post(face + procedure, body, { ...fromHome, ...headers });
    const who = { level: 'info', address: home, userId: uuid, sessionId: uuid };
    const started = { ...who, event: 'session.started', factors: ['password'], failuresBefore: 0 };
    const steps: [what: string, () => Promise<Response>, ...expected: object[]][] = [
      [
        'a registration',
        () => send('register', ada),
        { level: 'info', event: 'user.registered', address: home, userId: uuid, sessionId: uuid },
        started,
      ],
      ['a second one', () => send('register', ada), refused('register', 'EMAIL_TAKEN')],
      [
        'a weak password',
        () => send('register', { ...ada, password: 'password' }),
        refused('register', 'PASSWORD_COMMON'),
      ],
      ['a login', () => send('login', ada), started],
      ['a wrong password', () => send('login', wrong), refused('login', 'WRONG_CREDENTIALS')],
      [
        'an unknown address',
        () => send('login', { ...ada, email: 'eve@example.com' }),
        refused('login', 'WRONG_CREDENTIALS'),
      ],
      [
        'a logout',
        () => send('logout', {}, session),
        { level: 'info', event: 'session.ended', address: home, userId: uuid, sessionId: uuid, by: 'logout' },
      ],
      ['an ended session', () => send('logout', {}, session), refused('logout', 'SESSION_ENDED')],
      ['the same at me', () => app.get(`${face}me`, { ...fromHome, ...session }), refused('me', 'SESSION_ENDED')],
    ];
    for (const [what, step, ...expected] of steps) {
      const { result, entries } = await loggedBy(app, step);
      if (result.ok) session.cookie = cookieOf(result) ?? session.cookie;
      expect(gist(entries), `after ${what}`).toEqual(expected);
    }
    for (let guess = 0; guess < 4; guess += 1) await send('login', wrong);
    const limited = await loggedBy(app, async () => await send('login', wrong));
    expect(gist(limited.entries)).toEqual([refused('login', 'RATE_LIMITED')]);
  });

  test('16.3.2 each refusal for want of a right is one entry', async () => {
    await using app = await testApp({ env: { ...listed, REGISTRATION: 'closed' } });
    const evil = { ...fromHome, origin: 'https://evil.test' };
    const ownPage = { ...fromHome, 'sec-fetch-site': 'same-origin', origin: app.url };
    const steps: [() => Promise<Response>, object][] = [
      [() => app.get(`${face}me`, { ...fromHome, authorization: 'Bearer garbage' }), refused('me', 'SESSION_ENDED')],
      [() => app.post(`${face}logout`, {}, evil), refused('logout', 'ORIGIN_REFUSED')],
      [() => app.post(`${face}register`, ada, fromHome), refused('register', 'REGISTRATION_CLOSED')],
      [() => app.post(`${face}login`, { ...ada, deliver: 'token' }, ownPage), refused('login', 'TOKEN_NOT_FOR_PAGES')],
    ];
    for (const [step, expected] of steps) expect(gist((await loggedBy(app, step)).entries)).toEqual([expected]);
  });

  test('16.3.3 each try to get around a check is one entry: inputs, methods, types, sizes, batches', async () => {
    await using app = await testApp();
    const login = `${face}login`;
    const steps: [what: string, () => Promise<Response>, expected: object][] = [
      ['a field too many', () => app.post(login, { ...ada, isAdmin: true }, fromHome), { reason: 'INPUT_INVALID' }],
      ['a field of another type', () => app.post(login, { ...ada, email: [] }, fromHome), { reason: 'INPUT_INVALID' }],
      ['JSON that is none', () => app.post(login, '{', fromHome), { reason: 'REQUEST_INVALID' }],
      [
        'a form',
        () => app.post(login, 'a=b', { ...fromHome, 'content-type': 'text/plain' }),
        { code: 'UNSUPPORTED_MEDIA_TYPE' },
      ],
      ['a body too large', () => app.post(login, 'a'.repeat(70_000), fromHome), { code: 'PAYLOAD_TOO_LARGE' }],
      ['a change by GET', () => app.get(login, fromHome), { code: 'METHOD_NOT_SUPPORTED' }],
      ['a procedure that there is not', () => app.get(`${face}canary`, fromHome), { code: 'NOT_FOUND' }],
    ];
    for (const [what, step, expected] of steps) {
      const { entries } = await loggedBy(app, step);
      expect(entries, `after ${what}`).toMatchObject([
        { event: 'procedure.refused', address: home, requestId: uuid, ...expected },
      ]);
    }
    expect(app.logged()).not.toContain('canary');
  });

  test('16.3.4 what nobody expected is an entry with its cause, whichever part fails', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    change(app, 'drop table sessions');
    const failed = await loggedBy(app, async () => await app.get(`${face}me`, { ...fromHome, cookie }));
    expect(failed.result.status).toBe(500);
    expect(failed.entries).toMatchObject([
      {
        level: 'error',
        event: 'procedure.failed',
        address: home,
        requestId: failed.result.headers.get('x-request-id'),
        procedure: 'auth.me',
        err: { message: expect.stringContaining('no such table'), stack: expect.stringContaining('.ts:') },
      },
    ]);
    change(app, 'drop table users');
    const { entries } = await loggedBy(app, async () => await app.get('/readyz'));
    expect(entries).toMatchObject([{ level: 'error', event: 'database.unavailable' }]);
  });
});

test.each([
  ['the method', 'TRACE / HTTP/1.1\r\nHost: localhost', 405],
  ['the host', 'GET / HTTP/1.1\r\nHost: ada:canary@x', 400],
])('16.3.3 a head that tries %s is one entry, without a byte of it', async (_what, head, status) => {
  await using app = await testApp();
  await raw(app, `${head}\r\nConnection: close\r\n\r\n`);
  expect(gist(entriesOf(app))).toEqual([
    { level: 'info', event: 'procedure.refused', address: '127.0.0.1', reason: 'REQUEST_INVALID', status },
  ]);
});

// Whatever is logged of an error may hold what somebody typed.
const forged = '\r\n{"level":"info","event":"session.started","userId":"forged"}\u001b[2K\u2028","event":"forged';

test('16.4.1 nothing that is sent makes a line or a field of the log', async () => {
  const failing = async (): Promise<never> => await Promise.reject(new Error(forged));
  const hasher = { hash: failing, verify: failing, verifyNobody: failing, isOutdated: () => false };
  await using app = await testApp({ hasher });
  // What can stand in a header.
  const inHeader = '","event":"forged","x":"{\\"event\\":\\"forged\\"}\u009b2K';
  const headers = Object.fromEntries(
    ['user-agent', 'x-forwarded-for', 'x-request-id', 'referer', 'cookie', 'authorization'].map((name) => [
      name,
      inHeader,
    ]),
  );
  await app.post('/api/auth/register', { ...ada, name: '{"event":"forged"}' }, headers);
  await app.post('/trpc/auth.register', { email: forged, password: forged, name: forged, [forged]: 1 }, headers);
  await app.get(`/api/auth/me?input=${encodeURIComponent(forged)}`, headers);
  await raw(app, `GET /%0d%0a{"event":"forged"} HTTP/1.1\r\nHost: x","event":"forged\r\nConnection: close\r\n\r\n`);
  const lines = app.logged().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).event)).toEqual([
    'procedure.failed',
    ...Array(3).fill('procedure.refused'),
  ]);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  const known = [
    'level',
    'time',
    'event',
    'requestId',
    'address',
    'procedure',
    'reason',
    'code',
    'status',
    'err',
    'msg',
  ];
  expect(lines.flatMap((line) => Object.keys(JSON.parse(line))).filter((key) => !known.includes(key))).toEqual([]);
  // Only the message of the fault, where it belongs and escaped.
  expect(lines.filter((line) => line.includes('forged'))).toEqual([lines[0]]);
});
