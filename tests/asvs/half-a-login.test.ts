// Between the password and the second factor: what the first step has given is of use to the second, and to nothing else.
import { expect, test } from 'vitest';

import { insertSession } from '../../server/features/sessions/queries.ts';
import { hours } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { read } from '../support/database.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import type { WithApp } from '../support/factors.ts';
import { askForChange, changeEmail, follow, mailed, prove as proveAddress } from '../support/mail-links.ts';
import { outcome, renewedBy } from '../support/people.ts';
import { call, everyCall, outcomeOf, signingIn } from '../support/procedures.ts';
import type { Procedure } from '../support/procedures.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Headers = Record<string, string>;

const withoutLimits = { env: { RATE_LIMITS: 'off' } };
const newPassword = 'a horse of another colour';

const sessionsIn = (app: TestApp): unknown[] =>
  read(app, 'select json_array(id, hex(token_hash), factors) from sessions order by id');

/** Whether an answer hands a session to anybody, or says whose account it is. */
async function givesAway(answer: Response, { userId }: WithApp): Promise<boolean> {
  const text = await answer.clone().text();
  const cookie = cookieOf(answer);
  return /"token"|"signedIn"/.test(text) || text.includes(userId) || (cookie !== undefined && !cookie.endsWith('='));
}

/** Every way to show to a procedure what a login has answered. */
const waysToShow = (proof: string, { fields, input }: Procedure): { headers: Headers; input: Procedure['input'] }[] => {
  const named = ['token', 'proof', 'ceremony'].filter((field) => fields.includes(field));
  const filled = { ...input, ...Object.fromEntries(named.map((field) => [field, proof])) };
  const carried: Headers[] = [
    { authorization: `Bearer ${proof}` },
    { cookie: `latchkey_session=${proof}` },
    { cookie: `latchkey_session=${proof}`, authorization: `Bearer ${proof}` },
  ];
  return [
    { headers: {}, input: filled },
    ...carried.flatMap((headers) => [
      { headers, input },
      { headers, input: filled },
    ]),
  ];
};

test('GHSA-xg6x-h9c9-2m83 what a login gives before the second factor opens no procedure, however it is shown', async () => {
  await using app = await testApp(withoutLimits);
  const person = await withApp(app);
  const before = sessionsIn(app);
  for (const [face, procedure] of everyCall) {
    const taking = ['auth.factors.prove', 'auth.factors.enrol', 'auth.factors.challenge'].includes(procedure.path);
    // Where somebody has to be signed in, what the input holds is not looked at before that.
    for (const { headers, input } of waysToShow(await pending(app), procedure)) {
      const answer = await call(app, [face, procedure], { headers, input });
      const what = `${face}${procedure.path} by ${Object.keys(headers).join(' and ') || 'its input'}`;
      expect([what, await givesAway(answer, person)]).toEqual([what, false]);
      if (procedure.assurance !== 'none' || (procedure.path === 'auth.me' && Object.keys(headers).length > 0))
        expect([what, answer.status]).toEqual([what, 401]);
      if (procedure.assurance === 'none' && procedure.fields.includes('token'))
        expect([what, await outcomeOf(answer)]).toEqual([what, 'LINK_SPENT']);
      if (procedure.fields.includes('ceremony') && procedure.assurance === 'none')
        expect([what, await outcomeOf(answer)]).toEqual([what, 'PROOF_SPENT']);
      if (!taking) expect(procedure.fields).not.toContain('proof');
      expect([what, sessionsIn(app)]).toEqual([what, before]);
    }
  }
  // None of that has used the account up: the right factor signs in.
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: person.code() }))).toBe('done');
});

test('GHSA-xg6x-h9c9-2m83 what follows the login in one batch is called by nobody', async () => {
  await using app = await testApp(withoutLimits);
  const person = await withApp(app);
  const before = sessionsIn(app);
  const paths = ['auth.login', 'auth.totp.enrol', 'auth.recoveryCodes.replace', 'auth.sessions.revokeOthers'];
  const answer = await app.post(`/trpc/${paths.join(',')}?batch=1`, { 0: ada, 1: {}, 2: {}, 3: {} });
  expect(await givesAway(answer, person)).toBe(false);
  const [first, ...others] = await answer.json();
  expect(first.result.data.status).toBe('factorNeeded');
  expect(others.map(({ error }: { error: { data: { refusal: unknown } } }) => error.data.refusal)).toEqual(
    Array(3).fill(expect.objectContaining({ reason: 'NOT_SIGNED_IN' })),
  );
  expect(sessionsIn(app)).toEqual(before);
});

test('6.1.3 these four start a session, by what they answer and by what they call: a fifth one has to be written here', () => {
  const starting = ['auth.register', 'auth.login', 'auth.factors.prove', 'auth.passkeys.signIn'];
  expect(signingIn).toEqual(starting);
  const calling = (name: string): string[] =>
    sources.filter((file) => !file.endsWith('.test.ts') && new RegExp(`\\b${name}\\(`).test(textOf(file)));
  expect(calling('insertSession').toSorted()).toEqual(
    ['server/features/sessions/queries.ts', 'server/features/sessions/service.ts'].toSorted(),
  );
  expect(calling('openSession').toSorted()).toEqual(
    [
      'server/features/accounts/service.ts',
      'server/features/factors/service.ts',
      'server/features/logins/service.ts',
      'server/features/passkey-sign-in/service.ts',
      'server/features/sessions/service.ts',
      // For the tests of hosts, which no server loads.
      'server/testing/test-auth.ts',
    ].toSorted(),
  );
});

test('6.3.4 a way to sign in that forgot to ask for the factor would sign nobody in: the row is not inserted', async () => {
  await using app = await testApp();
  const { userId } = await withApp(app);
  const db = await app.db();
  const { passwordHash } = (await db.orm.select().from(db.tables.users))[0] ?? {};
  const createdAt = app.clock.now();
  const insert = async (isTwoFactor: boolean): Promise<number> => {
    const seen = { browser: null, system: null, address: '203.0.113.9' };
    const expiresAt = new Date(createdAt.getTime() + hours(1));
    const shown = { factors: isTwoFactor ? 'password totp' : 'password', factorVerifiedAt: null };
    const row = { id: newId(), createdAt, userId, tokenHash: Buffer.from(newId()), expiresAt, ...shown, ...seen };
    const [hit = 0] = await db.atomically((tx) => [
      insertSession(tx, row, { passwordHash, isTwoFactor, isAddressNeeded: false }),
    ]);
    return hit;
  };
  expect(await insert(false)).toBe(0);
  expect(await insert(true)).toBe(1);
  await app.auth.users.removeFactors(userId);
  expect(await insert(false)).toBe(1);
});

/** What somebody who reads the mails of an account may do with them, and under which address and password it is then. */
const byMail: Record<
  string,
  (app: TestApp, person: WithApp) => Promise<[Response, { email?: string; password?: string }]>
> = {
  'the link of a reset': async (app) => [
    await complete(app, await mailedToken(app, ada.email), newPassword),
    { password: newPassword },
  ],
  'the link that an operator makes': async (app) => [
    await complete(app, await linkedToken(app, ada.email), newPassword),
    { password: newPassword },
  ],
  'the link that confirms the address': async (app) => {
    await app.post('/api/auth/email/resend', { email: ada.email });
    return [await follow(app, 'verify', await mailed(app, ada.email, 'verify-email')), {}];
  },
  'the link that changes the address': async (app, { headers }) => {
    const token = await askForChange(app, 'new@example.com', headers);
    return [await follow(app, 'confirmChange', token), { email: 'new@example.com' }];
  },
  'the link that undoes the change': async (app, { headers }) => {
    await app.post('/api/auth/email/resend', { email: ada.email });
    const verified = await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'), headers);
    const token = await changeEmail(app, { from: ada.email, to: 'new@example.com' }, await renewedBy(verified));
    const answer = await follow(app, 'undoChange', token);
    await complete(app, await mailedToken(app, ada.email), newPassword);
    return [answer, { password: newPassword }];
  },
};

test.each(Object.entries(byMail))(
  '6.4.3 %s skips no factor: it starts no session, and the next login asks for it as before',
  async (what, followed) => {
    await using app = await testApp(withoutLimits);
    const person = await withApp(app);
    // It is its owner's, and was set up long ago: otherwise it may be that of whoever had the account for a while.
    if (what === 'the link of a reset') await proveAddress(app, ada.email);
    const { orm, tables } = await app.db();
    await orm.update(tables.totps).set({ createdAt: new Date(0) });
    await orm.update(tables.recoveryCodes).set({ createdAt: new Date(0) });
    const begun = await pending(app);
    const started = sessionsIn(app).length;
    const [answer, now] = await followed(app, person);
    expect(answer.status).toBe(200);
    expect(await answer.clone().text()).not.toMatch(/"token"|"signedIn"/);
    expect(cookieOf(answer)).toBeUndefined();
    expect(sessionsIn(app).length).toBeLessThanOrEqual(started);
    const login = await (await app.post('/api/auth/login', { ...ada, ...now })).json();
    expect([login.status, login.methods]).toEqual(['factorNeeded', ['totp', 'recoveryCode']]);
    // What was begun by another password is over.
    const late = await prove(app, begun, { method: 'totp', code: person.code() });
    expect(await outcome(late)).toBe(now.password ? 'PROOF_SPENT' : 'done');
  },
);
