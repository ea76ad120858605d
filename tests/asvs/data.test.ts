import type { AnyTRPCProcedure } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { Mail } from '../../server/mail/mailer.ts';
import { appRouter } from '../../server/router.ts';
import { tokensIn } from '../support/mail-links.ts';
import { pending, withApp } from '../support/factors.ts';
import { complete, tokenIn } from '../support/reset-links.ts';
import { renewedBy, signIn } from '../support/people.ts';
import { cellsIn } from '../support/stored-cells.ts';
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
  expect(fields('query')).toEqual(['cursor', 'limit']);
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
const address = /^([\da-f.:]+|null)$/;

/** What each column may hold, as docs/inventory.md classifies it: hashes where it is secret, nothing of a person elsewhere. */
const columns: Record<string, RegExp> = {
  'users.id': uuid,
  'users.created_at': instant,
  'users.email': /^[a-z]+@example\.com$/,
  'users.email_verified_at': /^(\d{13}|null)$/,
  'users.locale': /^null$/,
  'users.name': /^(Ada Lovelace|null)$/,
  'users.password_hash': /^\$bcrypt-sha256\$v=2,t=2b,r=\d+\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}$|^none$/,
  'users.imported_id': /^null$/,
  'users.disabled_at': /^(\d{13}|null)$/,
  'users.admin_since': /^null$/,
  'sessions.id': uuid,
  'sessions.created_at': instant,
  'sessions.user_id': uuid,
  'sessions.token_hash': /^bytes [0-9a-f]{64}$/,
  'sessions.previous_token_hash': /^(bytes [0-9a-f]{64}|null)$/,
  'sessions.factors': /^password( totp)?$/,
  'sessions.factor_verified_at': /^(\d{13}|null)$/,
  'sessions.verified_at': /^(\d{13}|null)$/,
  'sessions.browser': /^(Firefox 152|null)$/,
  'sessions.system': /^(Linux|null)$/,
  'sessions.address': address,
  'sessions.last_seen_at': instant,
  'sessions.expires_at': instant,
  'events.id': uuid,
  'events.created_at': instant,
  'events.kind': /^(user|session|password|totp)\.[a-zA-Z]+$/,
  'events.user_id': uuid,
  'events.session_id': /^([0-9a-f-]{36}|null)$/,
  'events.address': address,
  'events.data':
    /^\{("sessionId":"[0-9a-f-]{36}",?)?(("factors":\["password"\],|"by":"password",)?"failuresBefore":\d+,"browser":(null|"Firefox 152"),"system":(null|"Linux"))?("by":"(logout|operator|owner|reset|revoked)")?\}$/,
  'jobs.id': uuid,
  'jobs.created_at': instant,
  'jobs.kind': /^(mail|notice)$|^event\.(user|session)\.[a-z]+$/,
  'jobs.data':
    /^\{"mail":"notice","eventId":"[\da-f-]{36}"\}$|^\{"mail":"(passwordReset|emailVerification)","userId":"[\da-f-]{36}","locale":null,"askedAt":"[\dTZ:.-]{24}"\}$|^\{("sessionId":"[0-9a-f-]{36}",("by":"(logout|revoked)",|("factors":\["password"\],|"by":"password",)?"failuresBefore":\d+,)?)?"id":"[0-9a-f-]{36}","at":"[\dTZ:.-]{24}","userId":"[0-9a-f-]{36}"\}$/,
  'jobs.run_at': instant,
  'jobs.attempts': /^\d$/,
  'jobs.failed_at': /^null$/,
  'limit_counters.id':
    /^(changes|register|login|mail|link)\.address [\da-f.:]+(\/64)?$|^(login\.account|login\.knownAccount|known|failures|notice\.account|export\.account) [\w-]{22}( [\da-f.:]+(\/64)?)?$|^mail\.(pause|account) (passwordReset|emailVerification|registration) [\w-]{22}$|^notice\.change [\w.]+ [\w-]{22}$|^turn purge$/,
  'limit_counters.created_at': instant,
  'limit_counters.count': /^\d+$/,
  'limit_counters.blocked_until': /^(0|\d{13})$/,
  'limit_counters.forget_at': instant,
  'one_time_tokens.id': uuid,
  'one_time_tokens.created_at': instant,
  'one_time_tokens.user_id': uuid,
  'one_time_tokens.purpose': /^(passwordReset|emailVerification)$/,
  'one_time_tokens.email': /^(ada|eve|joan|maria)@example\.com$/,
  'one_time_tokens.token_hash': /^bytes [0-9a-f]{64}$/,
  'one_time_tokens.expires_at': instant,
  'ceremonies.id': uuid,
  'ceremonies.created_at': instant,
  'ceremonies.kind': /^logIn$/,
  'ceremonies.token_hash': /^bytes [0-9a-f]{64}$/,
  'ceremonies.user_id': uuid,
  'ceremonies.bound_to': /^null$/,
  'ceremonies.challenge': /^null$/,
  'ceremonies.proved_hash': /^bytes [0-9a-f]{64}$/,
  'ceremonies.expires_at': instant,
  'totps.id': uuid,
  'totps.created_at': instant,
  'totps.user_id': uuid,
  // Version, id of the key, nonce, 20 bytes of seed and the tag.
  'totps.seed_ciphertext': /^bytes 01[0-9a-f]{104}$/,
  'totps.confirmed_at': instant,
  'totps.last_step': /^\d{8}$/,
  'totps.failures': /^0$/,
  'recovery_codes.id': uuid,
  'recovery_codes.created_at': instant,
  'recovery_codes.user_id': uuid,
  'recovery_codes.code_hash': /^bytes [0-9a-f]{64}$/,
  'signing_keys.id': uuid,
  'signing_keys.created_at': instant,
  'signing_keys.generation': /^1$/,
  'signing_keys.signs_at': instant,
  'signing_keys.public_key': /^bytes [0-9a-f]{64}$/,
  // As above, with 32 bytes of a private key.
  'signing_keys.private_key_ciphertext': /^bytes 01[0-9a-f]{128}$/,
  'latchkey_migrations.id': /^\d+$|^null$/,
  'latchkey_migrations.hash': /^[0-9a-f]{64}$/,
  'latchkey_migrations.created_at': instant,
};

test('14.2.4 after everything that one can do, each column of the database holds what its class allows, and nothing else', async () => {
  const mails: Mail[] = [];
  await using app = await testApp({
    env: { TOKEN_AUDIENCE: 'https://api.example.com' },
    mailer: {
      async send(mail) {
        mails.push(mail);
        // So the job stays.
        throw new Error('The mail server is away');
      },
    },
  });
  for (const kind of ['user.registered', 'session.started', 'session.ended'] as const)
    app.auth.on(kind, () => {
      throw new Error('Not today');
    });
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
  await app.post('/api/auth/logout', {}, { authorization: `Bearer ${token}` });

  const here = await signIn(app, { email: 'joan@example.com' });
  const there = await signIn(app, { email: 'joan@example.com' });
  await app.post('/api/auth/sessions/revoke', { id: there.sessionId }, here.headers);
  const verified = await app.post('/api/auth/sessions/verify', { password: ada.password }, here.headers);
  const change = { currentPassword: ada.password, newPassword: 'a horse of another colour' };
  const changed = await app.post('/api/auth/password/change', change, await renewedBy(verified));
  expect(changed.status).toBe(200);

  const maria = { email: 'maria@example.com' };
  const { recoveryCodes } = await withApp(app, maria);
  const proof = await pending(app, maria);
  const person = await signIn(app, { email: 'joan@example.com', password: change.newPassword });
  const { jwt } = await (await app.post('/api/auth/token/issue', {}, person.headers)).json();

  const { users } = app.auth;
  await users.disable((await users.create({ email: 'grace@example.com' })).id);
  const { id } = await users.create({ email: 'alan@example.com' });
  await users.endSessions(id);
  const { url } = await users.resetLink(id);
  expect((await complete(app, tokenIn(url), ada.password)).status).toBe(200);
  for (const email of [ada.email, 'eve@example.com', 'nobody@example.com'])
    await app.post('/api/auth/passwordReset/request', { email });
  await app.mails();
  const links = tokensIn(mails);
  // Four registrations and two resets.
  expect(links).toHaveLength(6);

  const cells = cellsIn(app.database.file);
  expect([...new Set(cells.map(([column]) => column))].toSorted()).toEqual(Object.keys(columns).toSorted());
  expect(cells.filter(([column, value]) => !columns[column]?.test(value))).toEqual([]);
  // What is personal stands where it belongs, and what is secret nowhere, also not as other bytes.
  const places = (text: string): string[] =>
    cells.filter(([, value]) => value.includes(text)).map(([column]) => column);
  expect(places(ada.email)).toEqual(['users.email', 'one_time_tokens.email', 'one_time_tokens.email']);
  expect(places('Ada Lovelace')).toEqual(['users.name']);
  expect(places('nobody@')).toEqual([]);
  for (const secret of [
    ada.password,
    change.newPassword,
    wrong.password,
    token,
    ...links,
    tokenIn(url),
    proof,
    jwt,
    ...recoveryCodes,
  ]) {
    expect(places(secret)).toEqual([]);
    expect(places(Buffer.from(secret, 'base64url').toString('hex'))).toEqual([]);
  }
});
