import type { AnyTRPCProcedure } from '@trpc/server';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { appRouter } from '../../server/router.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const faces = ['/trpc/auth.', '/api/auth/'] as const;
const wrong = { ...ada, password: 'wrong horse battery' };

async function tokenOf(app: TestApp): Promise<string> {
  return (await (await app.post('/api/auth/register', { ...ada, name: 'Ada Lovelace', deliver: 'token' })).json())
    .token;
}

describe.each(faces)('at %s…', (face) => {
  test('14.2.1 a password in an address is never looked at, by whatever method', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const hashes = app.hashes();
    const fields = new URLSearchParams(ada).toString();
    const input = `input=${encodeURIComponent(JSON.stringify(ada))}`;
    for (const query of [fields, input, `batch=1&input=${encodeURIComponent(JSON.stringify({ 0: ada }))}`]) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const headers = { 'content-type': 'application/json' };
        const body = method === 'POST' ? { body: '{}' } : {};
        const answer = await fetch(`${app.url}${face}login?${query}`, { method, headers, ...body });
        // tRPC answers each HEAD with 204 and does nothing.
        expect([204, 400, 405]).toContain(answer.status);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    expect(app.hashes()).toBe(hashes);
  });

  test('14.2.1 a token in an address signs nobody in', async () => {
    await using app = await testApp();
    const token = await tokenOf(app);
    expect(await (await app.get(`${face}me`, { authorization: `Bearer ${token}` })).text()).toContain(ada.email);
    const names = ['token', 'access_token', 'session', 'latchkey_session', 'authorization', 'cookie', 'key'];
    const queries = names.flatMap((name) => [`${name}=${token}`, `${name}=Bearer%20${token}`]);
    for (const query of [...queries, `input=${JSON.stringify({ token })}`, `input=${JSON.stringify(token)}`]) {
      const answer = await app.get(`${face}me?${query}`);
      expect([200, 400]).toContain(answer.status);
      expect(await answer.text()).not.toContain(ada.email);
    }
  });

  test('14.2.2 no cache on the way may keep an answer, and no name that looks like a file gives one', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    const conditions = { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString(), range: 'bytes=0-1' };
    const me = await app.get(`${face}me`, { cookie, ...conditions });
    expect(me.status).toBe(200);
    for (const answer of [me, await app.get(`${face}me`), await app.post(`${face}login`, wrong)]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      for (const name of ['etag', 'last-modified', 'expires', 'age']) expect(answer.headers.get(name)).toBeNull();
    }
    for (const tail of ['.css', '/x.css', ';x.css', '%0ax.css', '%2Fx.js', '/..%2fx.png', '%23.css', '%3f.css'])
      expect((await app.get(`${face}me${tail}`, { cookie })).status).toBe(404);
  });

  test('14.3.2 no browser may keep an answer, whether it went well or not', async () => {
    await using app = await testApp();
    const registered = await app.post(`${face}register`, ada);
    const cookie = cookieOf(registered) ?? '';
    const answers = [registered, await app.post(`${face}login`, { ...ada, deliver: 'token' })];
    for (const step of [() => app.get(`${face}me`, { cookie }), () => app.post(`${face}logout`, {}, { cookie })])
      answers.push(await step());
    answers.push(await app.get(`${face}me`, { cookie }), await app.post(`${face}register`, ada));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false, false]);
    for (const answer of answers) expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

test('14.2.1 no procedure that is called by GET takes a secret', () => {
  // tRPC keeps every procedure under its dotted path; its type has them nested.
  const procedures = Object.values(appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>);
  const fields = (type: string): string[] =>
    procedures
      .filter(({ _def }) => _def.type === type)
      .flatMap(({ _def }) => (_def as unknown as { inputs: z.ZodType[] }).inputs)
      .flatMap((input) => Object.keys(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }).properties ?? {}));
  expect(fields('mutation')).toContain('password');
  expect(fields('query')).toEqual([]);
});

test.each([
  ['latchkey_session', {}],
  ['__Host-latchkey_session', { PUBLIC_URL: 'https://auth.example.com' }],
])(
  '14.3.1 a logout takes the cookie %s from the browser, also where the session has ended before',
  async (name, env) => {
    await using app = await testApp({ env });
    const registered = await app.post('/api/auth/register', ada);
    const cookie = cookieOf(registered) ?? '';
    const attributes = registered.headers.getSetCookie()[0]?.replace(/^[^;]*; Max-Age=\d+; /, '');
    for (const status of [200, 401]) {
      const answer = await app.post('/api/auth/logout', {}, { cookie });
      expect(answer.status).toBe(status);
      // A browser replaces a cookie only by one of the same name, path and prefix.
      expect(answer.headers.getSetCookie()).toEqual([`${name}=; Max-Age=0; ${attributes}`]);
    }
  },
);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{13}$/;

/** What each column may hold, as docs/inventory.md classifies it: hashes where it is secret, nothing of a person elsewhere. */
const columns: Record<string, RegExp> = {
  'users.id': uuid,
  'users.created_at': instant,
  'users.email': /^[a-z]+@example\.com$/,
  'users.name': /^(Ada Lovelace|null)$/,
  'users.password_hash': /^\$bcrypt-sha256\$v=2,t=2b,r=\d+\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}$/,
  'users.imported_id': /^null$/,
  'sessions.id': uuid,
  'sessions.created_at': instant,
  'sessions.user_id': uuid,
  'sessions.token_hash': /^bytes [0-9a-f]{64}$/,
  'sessions.last_seen_at': instant,
  'sessions.expires_at': instant,
  'limit_counters.id':
    /^(changes|register|login)\.address [\da-f.:]+(\/64)?$|^(login\.account|login\.knownAccount|known) [\w-]{22}( [\da-f.:]+(\/64)?)?$/,
  'limit_counters.created_at': instant,
  'limit_counters.count': /^\d+$/,
  'limit_counters.blocked_until': /^(0|\d{13})$/,
  'limit_counters.forget_at': instant,
  'latchkey_migrations.id': /^\d+$|^null$/,
  'latchkey_migrations.hash': /^[0-9a-f]{64}$/,
  'latchkey_migrations.created_at': instant,
};

/** Every cell of every table, as `table.column` and text. */
function dump(file: string): [column: string, value: string][] {
  const client = new Sqlite(file, { readonly: true });
  try {
    const tables = client.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
    const rows = tables.flatMap((table) =>
      client
        .prepare<[], Record<string, unknown>>(`select * from "${table}"`)
        .all()
        .flatMap((row) => Object.entries(row).map(([column, value]) => [`${table}.${column}`, value] as const)),
    );
    return rows.map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? `bytes ${value.toString('hex')}` : String(value),
    ]);
  } finally {
    client.close();
  }
}

test('14.2.4 after everything that one can do, each column of the database holds what its class allows, and nothing else', async () => {
  await using app = await testApp();
  const token = await tokenOf(app);
  const home = { 'x-forwarded-for': '203.0.113.9' };
  const cookie = cookieOf(await app.post('/trpc/auth.register', { ...ada, email: 'eve@example.com' }, home)) ?? '';
  await app.get('/api/auth/me', { cookie });
  for (let guess = 0; guess < 7; guess += 1) {
    await app.post('/api/auth/login', wrong);
    await app.post('/trpc/auth.login', { ...wrong, email: 'eve@example.com' }, home);
    await app.post('/api/auth/login', { ...wrong, email: 'nobody@example.com' });
  }
  await app.post('/api/auth/login', { ...ada, email: 'eve@example.com' }, { ...home, cookie });
  await app.post('/api/auth/register', { ...ada, email: 'not an address' });

  const cells = dump(app.database.file);
  expect([...new Set(cells.map(([column]) => column))].toSorted()).toEqual(Object.keys(columns).toSorted());
  expect(cells.filter(([column, value]) => !columns[column]?.test(value))).toEqual([]);
  // What is personal stands where it belongs, and what is secret nowhere, also not as other bytes.
  const places = (text: string): string[] =>
    cells.filter(([, value]) => value.includes(text)).map(([column]) => column);
  expect(places(ada.email)).toEqual(['users.email']);
  expect(places('Ada Lovelace')).toEqual(['users.name']);
  expect(places('nobody@')).toEqual([]);
  for (const secret of [ada.password, wrong.password, token, Buffer.from(token, 'base64url').toString('hex')])
    expect(places(secret)).toEqual([]);
});
