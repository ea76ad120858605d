import { getTableColumns } from 'drizzle-orm';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { expect, test } from 'vitest';

import { sessions, users } from '../../server/db/schema.ts';
import { appRouter } from '../../server/router.ts';
import { accountsIn } from '../support/database.ts';
import { call, everyCall, mutations, outcomeOf } from '../support/procedures.ts';
import type { Procedure } from '../support/procedures.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Headers = Record<string, string>;

const eve = { email: 'eve@example.com', password: 'another correct horse' };

/** A new session of somebody who has registered, as a header. */
async function signIn(app: TestApp, person: { email: string; password: string }): Promise<Headers> {
  const response = await app.post('/api/auth/login', { ...person, deliver: 'token' });
  return { authorization: `Bearer ${((await response.json()) as { token: string }).token}` };
}

const me = async (app: TestApp, headers: Headers) => await (await app.get('/api/auth/me', headers)).json();

const ofSomebody = (signedIn: string) => ({
  nobody: 'NOT_SIGNED_IN',
  garbage: 'SESSION_ENDED',
  ended: 'SESSION_ENDED',
  signedIn,
});
const ofNoLogin = { nobody: 'PROOF_SPENT', garbage: 'PROOF_SPENT', ended: 'PROOF_SPENT', signedIn: 'PROOF_SPENT' };
const ofNobody = { nobody: 'LINK_SPENT', garbage: 'LINK_SPENT', ended: 'LINK_SPENT', signedIn: 'LINK_SPENT' };

/** Who may do what. A procedure that is not here fails the test. */
const allowed: Record<string, Record<'nobody' | 'garbage' | 'ended' | 'signedIn', string>> = {
  'auth.register': { nobody: 'done', garbage: 'done', ended: 'done', signedIn: 'done' },
  'auth.login': { nobody: 'done', garbage: 'done', ended: 'done', signedIn: 'done' },
  'auth.logout': { nobody: 'done', garbage: 'SESSION_ENDED', ended: 'SESSION_ENDED', signedIn: 'done' },
  // A session is of no use there: who holds the link does not have to be signed in, and the sample is of nobody.
  'auth.passwordReset.request': { nobody: 'done', garbage: 'done', ended: 'done', signedIn: 'done' },
  'auth.passwordReset.complete': ofNobody,
  'auth.email.resend': { nobody: 'done', garbage: 'done', ended: 'done', signedIn: 'done' },
  'auth.email.verify': ofNobody,
  'auth.email.change': ofSomebody('done'),
  'auth.password.change': ofSomebody('done'),
  'auth.sessions.verify': ofSomebody('done'),
  'auth.sessions.list': ofSomebody('done'),
  // The sample is nobody's.
  'auth.sessions.revoke': ofSomebody('SESSION_UNKNOWN'),
  'auth.sessions.revokeOthers': ofSomebody('done'),
  'auth.email.confirmChange': ofNobody,
  'auth.email.undoChange': ofNobody,
  // Neither does a session help, nor is there a login that the sample would go on with.
  'auth.factors.prove': ofNoLogin,
  'auth.factors.enrol': ofNoLogin,
  'auth.factors.challenge': ofNoLogin,
  'auth.factors.startVerification': ofSomebody('done'),
  'auth.passkeys.startRegistration': ofSomebody('done'),
  'auth.passkeys.register': ofSomebody('PROOF_SPENT'),
  'auth.passkeys.list': ofSomebody('done'),
  'auth.passkeys.rename': ofSomebody('FACTOR_UNKNOWN'),
  'auth.passkeys.remove': ofSomebody('FACTOR_UNKNOWN'),
  'auth.passkeys.startSignIn': { nobody: 'done', garbage: 'done', ended: 'done', signedIn: 'done' },
  'auth.passkeys.signIn': ofNoLogin,
  'auth.factors.verify': ofSomebody('FACTOR_WRONG'),
  'auth.factors.list': ofSomebody('done'),
  'auth.totp.enrol': ofSomebody('done'),
  'auth.totp.confirm': ofSomebody('FACTOR_WRONG'),
  'auth.totp.disable': ofSomebody('FACTOR_UNKNOWN'),
  'auth.recoveryCodes.replace': ofSomebody('SECOND_FACTOR_NEEDED'),
  'auth.account.update': ofSomebody('done'),
  'auth.account.delete': ofSomebody('done'),
  'auth.account.export': ofSomebody('done'),
  'auth.account.events': ofSomebody('done'),
  'auth.token.issue': ofSomebody('TOKENS_NOT_CONFIGURED'),
  'auth.sessions.changes': ofSomebody('done'),
  'auth.me': { nobody: 'nothing', garbage: 'SESSION_ENDED', ended: 'SESSION_ENDED', signedIn: 'done' },
};

const asCookie = ({ authorization = '' }: Headers): Headers => ({
  cookie: authorization.replace('Bearer ', 'latchkey_session='),
});

test.each<['bearer token' | 'cookie', (headers: Headers) => Headers]>([
  ['bearer token', (headers) => headers],
  ['cookie', asCookie],
])('8.2.1 every procedure is open to exactly those whom the table names, by %s', async (_carrier, carried) => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const outcomes: Record<string, Record<string, string>> = {};
  for (const [face, procedure] of everyCall) {
    // Again where the one before has deleted it.
    await app.post('/api/auth/register', ada);
    const ended = await signIn(app, ada);
    await app.post('/api/auth/logout', {}, ended);
    const callers = {
      nobody: {},
      garbage: { authorization: 'Bearer garbage' },
      ended,
      signedIn: await signIn(app, ada),
    };
    const row: Record<string, string> = {};
    for (const [who, headers] of Object.entries(callers)) {
      const input = {
        ...procedure.input,
        // So that the next one signs in as this one did.
        ...(procedure.path.endsWith('password.change') ? { newPassword: ada.password } : {}),
        ...(/register|request|email\./.test(procedure.path) && procedure.fields.includes('email')
          ? { email: `${procedure.path}.${who}@${face.length}.test` }
          : {}),
      };
      const answer = await call(app, [face, procedure], { input, headers: who === 'nobody' ? {} : carried(headers) });
      row[who] = /^null$|"data":null/.test(await answer.clone().text()) ? 'nothing' : await outcomeOf(answer);
    }
    outcomes[face + procedure.path] = row;
  }
  expect(outcomes).toEqual(Object.fromEntries(everyCall.map(([face, { path }]) => [face + path, allowed[path]])));
});

test('8.2.2 an account and its sessions are reached by their owner only: the id of another opens nothing', async () => {
  await using app = await testApp();
  for (const person of [ada, eve]) await app.post('/api/auth/register', person);
  const [hers, mine] = [await signIn(app, ada), await signIn(app, eve)];
  const victim = await me(app, hers);
  const before = accountsIn(app);
  for (const [face, procedure] of everyCall) {
    for (const id of [victim.user.id, victim.session.id, '01a206d4-ffd6-7d39-b4b8-665215da9977']) {
      for (const key of ['id', 'userId', 'sessionId', 'user', 'session']) {
        const answer = await call(app, [face, procedure], { input: { ...procedure.input, [key]: id }, headers: mine });
        const unknown = procedure.path.startsWith('auth.passkeys.') ? 'FACTOR_UNKNOWN' : 'SESSION_UNKNOWN';
        const refusal = procedure.fields.includes(key) ? unknown : 'INPUT_INVALID';
        expect(await outcomeOf(answer), `${procedure.path} with ${key}`).toBe(refusal);
      }
    }
  }
  expect(accountsIn(app)).toEqual(before);
  await app.post('/api/auth/logout', {}, mine);
  expect(await me(app, hers)).toEqual(victim);
});

const inSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test('8.2.3 no field of an account or a session can be set but those that a procedure asks for', async () => {
  await using app = await testApp();
  const columns = [users, sessions].flatMap((table) => Object.keys(getTableColumns(table)));
  expect(columns).toContain('passwordHash');
  const names = new Set([...columns, ...columns.map(inSnakeCase), 'role', 'isAdmin', 'emailVerified', 'token']);
  await app.post('/api/auth/register', ada);
  const signedIn = await signIn(app, ada);
  const before = accountsIn(app);
  for (const [face, procedure] of everyCall) {
    const headers = procedure.assurance === 'none' ? {} : signedIn;
    const foreign = [...names].filter((one) => !procedure.fields.includes(one));
    // Ten at once, each refused by its name: no answer names more.
    for (let first = 0; first < foreign.length; first += 10) {
      const some = foreign.slice(first, first + 10);
      const input = { ...procedure.input, ...Object.fromEntries(some.map((name) => [name, 'x'])) };
      const answer = await call(app, [face, procedure], { input, headers });
      expect(answer.status, `${procedure.path} with ${some.join(', ')}`).toBe(400);
      const told = await answer.text();
      for (const name of some)
        expect(told, `${procedure.path} with ${name}`).toContain(`"${name}":["Is not known here."]`);
    }
  }
  expect(accountsIn(app)).toEqual(before);
});

test('8.2.3 of an account and a session exactly these fields are shown, and to their owner only', async () => {
  await using app = await testApp();
  for (const face of ['/trpc/auth.', '/api/auth/']) {
    const shown = async (response: Promise<Response>) => {
      const { result, ...body } = await (await response).json();
      return result?.data ?? body;
    };
    const person = { ...ada, email: `${face.length}@example.com` };
    const answers = [await shown(app.post(`${face}register`, person)), await shown(app.post(`${face}login`, person))];
    answers.push(await shown(app.get(`${face}me`, await signIn(app, person))));
    const ofUser = ['id', 'email', 'emailVerified', 'name', 'locale', 'createdAt'];
    for (const { user } of answers) expect(Object.keys(user)).toEqual(ofUser);
    expect(Object.keys(answers[2].session)).toEqual([
      'id',
      'createdAt',
      'factors',
      'verifiedAt',
      'factorVerifiedAt',
      'expiresAt',
    ]);
    expect(
      answers.flatMap(Object.keys).filter((key) => !['message', 'status', 'user', 'session'].includes(key)),
    ).toEqual([]);
  }
});

test('8.3.1 the server asks nobody who they are: a client that says it is somebody is nobody', async () => {
  await using app = await testApp();
  const { user } = await (await app.post('/api/auth/register', ada)).json();
  const names = [
    'x-user-id',
    'x-user',
    'x-forwarded-user',
    'x-forwarded-email',
    'x-remote-user',
    'remote-user',
    'x-auth-user',
    'from',
  ];
  for (const claim of [user.id, ada.email]) {
    const headers: Headers = Object.fromEntries(names.map((name) => [name, claim]));
    headers['cookie'] = `user=${claim}; user_id=${claim}; session=${claim}; isAdmin=true`;
    headers['authorization'] = `Basic ${Buffer.from(`${claim}:`).toString('base64')}`;
    expect(await me(app, headers)).toBeNull();
  }
});

/** The router alone, under the adapter of a host: nothing of our own HTTP is in front of it. */
async function hosted(app: TestApp) {
  const server = createHTTPServer({ router: appRouter, createContext: app.auth.createContext });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    async post({ path, input }: Pick<Procedure, 'path' | 'input'>, headers: Headers): Promise<string> {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(input),
      };
      return await outcomeOf(await fetch(`http://127.0.0.1:${port}/${path}`, init));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('8.3.1 every change is guarded in the procedure itself, so that no host can leave the guard out', async () => {
  await using app = await testApp({ env: { CORS_ORIGINS: 'https://shop.example.com' } });
  await app.post('/api/auth/register', ada);
  await using host = await hosted(app);
  const before = accountsIn(app);
  for (const mutation of mutations) {
    expect(await host.post(mutation, { origin: 'https://evil.test' })).toBe('ORIGIN_REFUSED');
    expect(await host.post(mutation, { 'sec-fetch-site': 'cross-site' })).toBe('ORIGIN_REFUSED');
  }
  expect(accountsIn(app)).toEqual(before);
  const wrong = { path: 'auth.login', input: { ...ada, password: 'wrong horse' } };
  const outcomes: string[] = [];
  for (let guess = 0; guess < 6; guess += 1) outcomes.push(await host.post(wrong, {}));
  expect(outcomes).toEqual([...Array(5).fill('WRONG_CREDENTIALS'), 'RATE_LIMITED']);
});
