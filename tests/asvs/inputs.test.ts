import Sqlite from 'better-sqlite3';
import { getTableColumns } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import { sessions, users } from '../../server/db/schema.ts';
import { entriesOf } from '../support/log-entries.ts';
import { raw } from '../support/raw.ts';
import { withoutOutput } from '../support/procedures.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const faces = ['/trpc/auth.', '/api/auth/'] as const;
const home = '203.0.113.9';

function storedUsers(app: TestApp): Record<string, unknown>[] {
  const client = new Sqlite(app.database.file, { readonly: true });
  const rows = client.prepare<[], Record<string, unknown>>('select * from users').all();
  client.close();
  return rows;
}

/** Every key in an answer, with the path to it. */
function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [path + key, ...keysOf(inner, `${path}${key}.`)]);
}

describe.each(faces)('at %s…', (face) => {
  const isPlain = face.startsWith('/api');
  const answerOf = async (response: Response): Promise<string[]> => {
    const body = await response.json();
    return keysOf(isPlain ? body : (body.result?.data ?? body.error)).toSorted();
  };
  const message = isPlain ? ['message'] : [];
  const user = ['id', 'email', 'emailVerified', 'name', 'locale', 'createdAt']
    .map((key) => `user.${key}`)
    .concat('user')
    .toSorted();

  test('15.3.1 every procedure says which fields its answer has', () => {
    expect(withoutOutput).toEqual([]);
  });

  test('15.3.1 an answer has the fields that it needs, and no other', async () => {
    await using app = await testApp();
    const registered = await app.post(`${face}register`, ada);
    const headers = { cookie: cookieOf(registered) ?? '' };
    expect(await answerOf(registered)).toEqual([...message, 'status', ...user]);
    const withToken = await app.post(`${face}login`, { ...ada, deliver: 'token' });
    expect(await answerOf(withToken)).toEqual([...message, 'status', 'token', ...user]);
    const ofSession = 'createdAt expiresAt factorVerifiedAt factors factors.0 id verifiedAt'.split(' ');
    const session = ['session', ...ofSession.map((field) => `session.${field}`)];
    expect(await answerOf(await app.get(`${face}me`, headers))).toEqual([...session, ...user]);
    const list = await app.get(`${face}${isPlain ? 'sessions/list' : 'sessions.list'}`, headers);
    const device = 'address browser createdAt expiresAt factors factors.0 id isCurrent lastSeenAt system verifiedAt';
    expect((await answerOf(list)).filter((key) => !key.startsWith('sessions.1'))).toEqual([
      'sessions',
      'sessions.0',
      ...device.split(' ').map((key) => `sessions.0.${key}`),
    ]);
    expect(await answerOf(await app.post(`${face}logout`, {}, headers))).toEqual([...message, 'status']);
    const refused = ['data', 'code', 'httpStatus', 'path', 'refusal', 'refusal.reason', 'requestId', 'zodError'];
    const ofRpc = ['code', 'message', ...refused.map((key) => (key === 'data' ? key : `data.${key}`))];
    const wrong = await answerOf(await app.post(`${face}login`, { ...ada, password: 'wrong horse' }));
    expect(wrong).toEqual(isPlain ? ['message', 'reason', 'requestId'] : ofRpc.toSorted());
  });

  const columns = Object.keys({ ...getTableColumns(users), ...getTableColumns(sessions) });
  const others = ['role', 'isAdmin', 'admin', 'emailVerified', 'token', 'status', 'address', 'user'];
  const settable = ['email', 'password', 'name', 'deliver'];

  test('15.3.3 a call sets no column but those it is for', async () => {
    await using app = await testApp();
    const given = [...columns, ...others].filter((key) => !settable.includes(key));
    expect(given).toEqual(
      expect.arrayContaining(['id', 'passwordHash', 'importedId', 'userId', 'tokenHash', 'expiresAt']),
    );
    for (const key of given) {
      for (const [procedure, body] of [
        ['register', ada],
        ['login', ada],
        ['logout', {}],
      ] as const) {
        const answer = await app.post(face + procedure, { ...body, [key]: '01a206d4-ffd6-7d39-b4b8-665215da9977' });
        expect(answer.status, `${procedure} with ${key}`).toBe(400);
        expect(await answer.text()).toContain(`${key}: Is not known here.`);
      }
    }
    expect((await app.post(`${face}login`, { ...ada, name: 'Eve' })).status).toBe(400);
    expect(storedUsers(app)).toEqual([]);
    expect(app.hashes()).toBe(0);
  });

  test('15.3.5 a field of another type is refused, and none is turned into text', async () => {
    await using app = await testApp();
    const values: unknown[] = [
      0,
      12345678,
      true,
      false,
      [],
      ['ada@example.com'],
      [['a']],
      {},
      { $ne: null },
      { toString: 'a' },
      { length: 8 },
    ];
    for (const key of ['email', 'password', 'name', 'deliver'])
      for (const value of key === 'name' ? values : [...values, null])
        for (const procedure of ['register', ...(key === 'name' ? [] : ['login'])]) {
          const answer = await app.post(face + procedure, { ...ada, [key]: value });
          expect(answer.status, `${procedure} with ${key} ${JSON.stringify(value)}`).toBe(400);
          expect(await answer.text()).toContain(`"${key}"`);
        }
    for (const whole of ['0', 'true', '"ada"', '[]', '[{}]', 'null', `[${JSON.stringify(ada)}]`])
      expect((await app.post(`${face}login`, whole)).status).toBe(400);
    for (const input of ['0', '""', '[]', 'true', '{"a":1}'])
      expect((await app.get(`${face}me?input=${encodeURIComponent(input)}`)).status).toBe(400);
    expect(app.hashes()).toBe(0);
    expect(storedUsers(app)).toEqual([]);
  });

  test('15.3.6 no key of an input reaches the prototype of anything', async () => {
    await using app = await testApp();
    const before = Reflect.ownKeys(Object.prototype).length;
    const polluting =
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}';
    const full = JSON.stringify(ada).slice(1, -1);
    const bodies = [
      `{${polluting}}`,
      `{${full},${polluting}}`,
      `{"name":{${polluting}}}`,
      `[{${polluting}}]`,
      `{"0":{${polluting}}}`,
    ];
    for (const body of bodies) {
      for (const procedure of ['register', 'login', 'logout', 'logout?batch=1', 'register,auth.login?batch=1'])
        await app.post(face + procedure, body);
      for (const query of [`input=${encodeURIComponent(body)}`, `batch=1&input=${encodeURIComponent(body)}`])
        await app.get(`${face}me?${query}&__proto__[polluted]=1&constructor.prototype.polluted=1`);
    }
    await app.get(`${face}me`, { cookie: '__proto__=x; latchkey_session=__proto__; constructor=y' });
    await app.post(`${face}__proto__`, '{}');
    await app.post(`${face}constructor`, '{}');
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
    expect('polluted' in {}).toBe(false);
    expect(storedUsers(app)).toEqual([]);
    expect((await app.post(`${face}register`, ada)).ok).toBe(true);
  });

  test('15.3.7 of a key that stands twice in an input, the limits count the one that is tried', async () => {
    await using app = await testApp();
    await app.post(`${face}register`, ada);
    const twice = (first: string, second: string): string =>
      `{"email":"${first}","password":"wrong horse","email":"${second}"}`;
    for (let guess = 0; guess < 5; guess += 1)
      expect((await app.post(`${face}login`, twice(`eve${guess}@example.com`, ada.email))).status).toBe(401);
    expect((await app.post(`${face}login`, ada)).status).toBe(429);
    expect((await app.post(`${face}login`, twice(ada.email, 'eve9@example.com'))).status).toBe(401);
  });

  test('15.3.7 of a doubled parameter the first counts, and a doubled credential is refused', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    const me = async (query: string): Promise<number> => (await app.get(`${face}me?${query}`, { cookie })).status;
    expect([await me('input={}&input={"x":1}'), await me('input={"x":1}&input={}')]).toEqual([200, 400]);
    expect((await app.get(`${face}me`, { cookie: `${cookie}; ${cookie}` })).status).toBe(401);
    const bearer = `Authorization: Bearer ${cookie.split('=')[1]}`;
    const ask = async (...headers: string[]): Promise<string> =>
      await raw(
        app,
        `${[`GET ${face}me HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
      );
    expect(await ask(bearer)).toMatch(/^HTTP\/1\.1 200 /);
    for (const headers of [
      [bearer, bearer],
      [bearer, 'Authorization: Basic YTpi'],
      ['Authorization: Basic YTpi', bearer],
    ])
      expect(await ask(...headers)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await ask(bearer, 'Host: evil.test')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each([
    ['Origin', ['http://localhost', 'https://evil.test']],
    ['Origin', ['https://evil.test', 'http://localhost']],
    ['Sec-Fetch-Site', ['same-origin', 'cross-site']],
    ['Sec-Fetch-Site', ['cross-site', 'same-origin']],
    ['Sec-Fetch-Site', ['sideways']],
  ])('15.3.7 a change whose %s is said to be %j is refused', async (name, values) => {
    await using app = await testApp({ env: { CORS_ORIGINS: 'https://shop.example.com' } });
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    const doubled = values.map((value) => `${name}: ${value}`);
    const head = [
      `POST ${face}logout HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Cookie: ${cookie}`,
      ...doubled,
    ];
    const answer = await raw(
      app,
      `${head.join('\r\n')}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect((await app.get(`${face}me`, { cookie })).status).toBe(200);
  });

  test('15.3.7 a page whose Sec-Fetch-Site stands twice gets no token', async () => {
    await using app = await testApp();
    const headers = { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin, cross-site' };
    const answer = await app.post(`${face}register`, { ...ada, deliver: 'token' }, headers);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('TOKEN_NOT_FOR_PAGES');
  });
});

describe('the address that counts and is logged is the true one', () => {
  const forwarded = [
    ['nothing', {}, { 'x-forwarded-for': home }, '127.0.0.1'],
    ['a proxy', { TRUSTED_PROXIES: '127.0.0.1' }, { 'x-forwarded-for': home }, home],
    ['a proxy, behind a lie', { TRUSTED_PROXIES: '127.0.0.1' }, { 'x-forwarded-for': `10.0.0.1, ${home}` }, home],
    [
      'a proxy, other headers',
      { TRUSTED_PROXIES: '127.0.0.1' },
      {
        'x-real-ip': home,
        forwarded: `for=${home}`,
        'cf-connecting-ip': home,
        'true-client-ip': home,
        'x-client-ip': home,
      },
      '127.0.0.1',
    ],
    ['proxies elsewhere', { TRUSTED_PROXIES: '10.0.0.0/8' }, { 'x-forwarded-for': home }, '127.0.0.1'],
  ] as const;

  test.each(forwarded)(
    '15.3.4 the address that is counted and logged is the true one where %s is trusted',
    async (_what, env, headers, address) => {
      await using app = await testApp({ env: { TRUSTED_PROXIES: '', ...env } });
      const guess = async (index: number): Promise<number> => {
        const body = JSON.stringify({ email: `user${index}@example.com`, password: 'wrong horse' });
        const type = { 'content-type': 'application/json' };
        return (await fetch(`${app.url}/api/auth/login`, { method: 'POST', headers: { ...type, ...headers }, body }))
          .status;
      };
      const answers: number[] = [];
      for (let index = 0; index < 11; index += 1) answers.push(await guess(index));
      expect(answers).toEqual([...Array(10).fill(401), 429]);
      expect(new Set(entriesOf(app).map((entry) => entry.address))).toEqual(new Set([address]));
      const client = new Sqlite(app.database.file, { readonly: true });
      const counted = client.prepare("select id from limit_counters where id like 'login.address%'").pluck().all();
      client.close();
      expect(counted).toEqual([`login.address ${address}`]);
    },
  );
});
