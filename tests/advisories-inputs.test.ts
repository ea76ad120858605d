// Published weaknesses of other products, by the first id of their advisories: what inputs may hold, and answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { read } from './support/database.ts';
import { call, everyCall, faces, mutations, outcomeOf } from './support/procedures.ts';
import { root } from './support/process.ts';
import { signIn } from './support/people.ts';
import type { SignedIn } from './support/people.ts';
import { ada, cookieOf, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

test.each([
  [[ada.email, 'eve@attacker.test']],
  [[ada.email]],
  [{ 0: ada.email, 1: 'eve@attacker.test' }],
  [{ address: ada.email }],
  [`${ada.email},eve@attacker.test`],
  [`${ada.email} eve@attacker.test`],
  [`${ada.email}\neve@attacker.test`],
])('CVE-2023-7028 an address is one text, so that no second one comes along: %j', async (email) => {
  await using app = await testApp();
  await app.auth.users.create(ada);
  const headers = { cookie: cookieOf(await app.post('/api/auth/login', ada)) ?? '' };
  for (const [face, procedure] of everyCall.filter(([, { fields }]) => fields.includes('email')))
    expect((await call(app, [face, procedure], { input: { ...procedure.input, email }, headers })).status).toBe(400);
  const twice = `{"email":"eve@attacker.test","email[]":"${ada.email}","password":"${ada.password}"}`;
  expect((await app.post('/api/auth/login', twice)).status).toBe(400);
  expect(read(app, 'select email from users')).toEqual([ada.email]);
  expect(await app.mails()).toEqual([]);
});

test.each([
  '"eve@attacker.test"@victim.test',
  '"eve@attacker.test>"@victim.test',
  '"eve\\"@attacker.test"@victim.test',
  'eve@attacker.test(@victim.test)',
  '<eve@attacker.test>@victim.test',
  '"eve"@victim.test',
  'eve(attacker)@victim.test',
])('GHSA-5jpx-9hw9-2fx4 an address that a mail program could read as another is none: %s', async (email) => {
  await using app = await testApp();
  await app.auth.users.create(ada);
  const headers = { cookie: cookieOf(await app.post('/api/auth/login', ada)) ?? '' };
  for (const [face, procedure] of everyCall.filter(([, { fields }]) => fields.includes('email'))) {
    const answer = await call(app, [face, procedure], { input: { ...procedure.input, email }, headers });
    expect(await answer.text()).toContain('Must be one e-mail address.');
  }
  expect(read(app, 'select email from users')).toEqual([ada.email]);
  expect(await app.mails()).toEqual([]);
});

test('CVE-2026-39356 no installed copy of drizzle-orm or of tRPC is one of those with a published weakness', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const floors = { 'drizzle-orm': [0, 45, 2], '@trpc/server': [11, 8, 0], '@trpc/client': [11, 8, 0] };
  for (const [name, floor] of Object.entries(floors)) {
    const copies = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(copies.length).toBeGreaterThan(0);
    for (const [, { version }] of copies) {
      const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
      expect(
        [major, minor, patch].map((part, at) => part - (floor[at] ?? 0)).find((gap) => gap !== 0) ?? 0,
      ).toBeGreaterThanOrEqual(0);
    }
  }
});

test('CVE-2026-39356 so no field name of a form reaches a prototype: forms are not read at all', async () => {
  await using app = await testApp();
  const names = ['__proto__[isAdmin]', 'constructor[prototype][isAdmin]', '__proto__.isAdmin'];
  const form = new FormData();
  for (const name of names) form.append(name, 'true');
  const bodies = [form, new URLSearchParams(names.map((name) => [name, 'true']))];
  for (const face of faces) {
    for (const { path } of mutations) {
      const url = app.url + face + (face === '/api/' ? path.replaceAll('.', '/') : path);
      for (const body of bodies) expect((await fetch(url, { method: 'POST', body })).status).toBe(415);
    }
  }
  expect('isAdmin' in {}).toBe(false);
});

/** What an attacker knows of somebody: everything that `me` shows. */
async function victimOf(app: TestApp) {
  const cookie = cookieOf(await app.post('/api/auth/register', { ...ada, name: 'Ada Lovelace' })) ?? '';
  return await (await app.get('/api/auth/me', { cookie })).json();
}

test('CVE-2025-61928 an id in the input is no substitute for a session', async () => {
  await using app = await testApp();
  const { user, session } = await victimOf(app);
  const claims = { userId: user.id, id: user.id, user: user.id, sessionId: session.id, session: { user } };
  for (const [face, procedure] of everyCall) {
    for (const [name, value] of Object.entries(claims)) {
      const answer = await call(app, [face, procedure], {
        input: { ...procedure.input, email: 'eve@example.com', [name]: value },
      });
      const text = await answer.text();
      // Where somebody has to be signed in, nobody's input is looked at.
      expect(answer.status).toBe(procedure.assurance === 'none' ? 400 : 401);
      for (const secret of [ada.email, user.id, 'Lovelace']) expect(text).not.toContain(secret);
    }
  }
  for (const query of [`userId=${user.id}`, `id=${user.id}&sessionId=${session.id}`])
    expect(await (await app.get(`/api/auth/me?${query}`)).json()).toBeNull();
});

test('CVE-2026-32742 nobody chooses the token of a session, nor how long it lasts', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const chosen = {
    token: 'a'.repeat(43),
    sessionToken: 'a'.repeat(43),
    tokenHash: '00',
    expiresAt: '2099-01-01T00:00:00.000Z',
    lastSeenAt: 1,
    createdAt: 1,
    maxAge: 1e9,
    remember: true,
  };
  const signedIn = await signIn(app);
  for (const [face, procedure] of everyCall) {
    const headers = procedure.assurance === 'none' ? {} : signedIn.headers;
    for (const [name, value] of Object.entries(chosen).filter(([one]) => !procedure.fields.includes(one)))
      expect(
        await outcomeOf(await call(app, [face, procedure], { input: { ...procedure.input, [name]: value }, headers })),
      ).toBe('INPUT_INVALID');
  }
  expect(read(app, 'select count(*) from sessions')).toEqual([2]);
  const query = new URLSearchParams({ expiresAt: chosen.expiresAt, token: chosen.token });
  const cookie = cookieOf(await app.post(`/api/auth/login?${query}`, ada, { 'x-session-token': chosen.token })) ?? '';
  expect(cookie).not.toContain(chosen.token);
  const { session } = await (await app.get('/api/auth/me', { cookie })).json();
  expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(30 * 24 * 3600 * 1000);
});

/** Every key in a value, with the keys above it. */
const keysIn = (value: unknown, above = ''): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [`${above}.${key}`, ...keysIn(inner, `${above}.${key}`)]);

// Where a field of that name is found fault with, where a token was asked for, and what an export says of them.
const inPlace =
  /\.(fields|fieldErrors)\.(password|newPassword|token)$|^(\.result\.data)?\.(token|user\.hasPassword|user\.importedId)$/;
const secretKeys = (body: unknown): string[] =>
  keysIn(body).filter(
    (key) =>
      /hash|secret|password|token|salt|digest|stack|imported|^cause$/i.test(key.replace(/.*\./, '')) &&
      !inPlace.test(key),
  );

const isOffer = (answer: { status?: string; result?: { data?: { status?: string } } } | null): boolean =>
  [answer?.status, answer?.result?.data?.status].includes('totpOffered');

test('CVE-2026-53725 no answer and no error has a key or a value of what is stored of a secret', async () => {
  await using app = await testApp({ env: { TOKEN_AUDIENCE: 'files' } });
  const bodies: string[] = [];
  const collect = async (answer: Promise<Response>): Promise<Response> => {
    bodies.push(await (await answer).clone().text());
    return await answer;
  };
  const everything = async (): Promise<void> => {
    for (const [face, procedure] of everyCall) {
      const inputs = [procedure.input, { ...procedure.input, deliver: 'token' }, { password: 1 }, []];
      // Elsewhere a password is one more field that is not known.
      const withPassword = [
        { ...procedure.input, password: 'short' },
        ...Array.from({ length: 3 }, () => ({ email: ada.email, password: 'wrong horse' })),
        { ...procedure.input, password: 'latchkey2026', email: 'eve@example.com' },
        { ...procedure.input, password: 'password123', email: 'eve@example.com' },
      ];
      if (procedure.fields.includes('password')) inputs.push(...withPassword);
      for (const input of inputs as Record<string, unknown>[]) {
        const cookie = cookieOf(await collect(call(app, [face, procedure], { input }))) ?? 'latchkey_session=gone';
        await collect(call(app, [face, procedure], { input, headers: { cookie } }));
        await collect(app.get('/trpc/auth.me', { cookie }));
      }
      if (procedure.assurance !== 'none') {
        const { headers } = signedIn.pop() ?? { headers: {} };
        for (const input of [{ ...procedure.input, password: 'wrong horse' }, procedure.input])
          await collect(call(app, [face, procedure], { input, headers }));
      }
      await collect(call(app, [face, { ...procedure, type: procedure.type === 'query' ? 'mutation' : 'query' }]));
    }
  };
  const signedIn: SignedIn[] = [];
  for (let person = 0; person < everyCall.length; person += 1)
    signedIn.push(await signIn(app, { email: `user${person}@example.com` }));
  await everything();
  const stored = [
    'select password_hash from users',
    'select lower(hex(token_hash)) from sessions',
    'select lower(hex(private_key_ciphertext)) from signing_keys',
  ].flatMap((sql) => read(app, sql));
  await app.auth.close();
  await everything();

  const text = bodies.join('\n');
  // Refusals; what a stream tells of is in small letters.
  const found = [...new Set(text.match(/(?<="reason":")[A-Z_]+(?=")/g))].toSorted();
  expect(found).toEqual(
    [
      'EMAIL_TAKEN',
      'FACTOR_UNKNOWN',
      'FACTOR_WRONG',
      'PROOF_SPENT',
      'SECOND_FACTOR_NEEDED',
      'INPUT_INVALID',
      'PASSWORD_COMMON',
      'PASSWORD_GUESSABLE',
      'PASSWORD_TOO_SHORT',
      'RATE_LIMITED',
      'REQUEST_INVALID',
      'LINK_SPENT',
      'NOT_SIGNED_IN',
      'SESSION_ENDED',
      'SESSION_UNKNOWN',
      'UNEXPECTED',
      'WRONG_CREDENTIALS',
      'WRONG_PASSWORD',
    ].toSorted(),
  );
  expect(text.match(/"token":/g)?.length).toBeGreaterThan(0);
  const secrets = [...stored.map(String), ada.password, 'wrong horse', 'password123', 'bcrypt', '.ts:'];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  // A stream has an object of JSON in each line of data.
  const objects = bodies.flatMap((body) =>
    body.startsWith('event: ') ? [...body.matchAll(/(?<=^data: ).+/gm)].flat() : body,
  );
  // But for the one answer that an authenticator app is set up by, before it counts.
  const shown = objects.map((object) => JSON.parse(object)).filter((one) => !isOffer(one));
  expect(shown.length).toBeLessThan(objects.length);
  expect(shown.flatMap((one) => secretKeys(one))).toEqual([]);
  // It would notice.
  const leaking = { user: { passwordHash: 1 }, error: { data: { stack: 1, fields: { password: [] } } } };
  expect(secretKeys(leaking)).toEqual(['.user.passwordHash', '.error.data.stack']);
});
