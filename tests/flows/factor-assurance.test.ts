import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';

import type { AuthContext } from '../../server/auth-context.ts';
import { Refusal } from '../../server/kernel/refusal.ts';
import { minutes } from '../../server/kernel/clock.ts';
import { recentlyVerified, twoFactor } from '../../server/signed-in.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import { outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { call, procedures } from '../support/procedures.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Headers = Record<string, string>;

const t = initTRPC.context<{ auth: AuthContext }>().create();

/** A host's procedures, each behind another of the builders. */
const host = t.router({
  pay: t.procedure.concat(twoFactor).query(({ ctx }) => ctx.auth.isTwoFactor),
  wipe: t.procedure.concat(recentlyVerified()).query(({ ctx }) => ctx.auth.assurance),
  sign: t.procedure
    .concat(recentlyVerified({ factor: true }))
    .query(({ ctx }) => [ctx.auth.assurance, ctx.auth.isTwoFactor]),
});

/** What a host's procedure answers to somebody, or the refusal that it ends with. */
async function asked(app: TestApp, name: 'pay' | 'wipe' | 'sign', headers: Headers): Promise<unknown> {
  const req = new Request(app.url, { headers });
  const caller = host.createCaller(app.auth.createContext({ req, resHeaders: new Headers() }));
  return await caller[name]().catch((error: unknown) => {
    const cause = error instanceof TRPCError ? (error.cause ?? error) : error;
    if (cause instanceof Refusal) return cause.refusal;
    throw error;
  });
}

const byPassword = async (app: TestApp, headers: Headers): Promise<Response> =>
  await app.post('/api/auth/sessions/verify', { password: ada.password }, headers);
const byFactor = async (app: TestApp, headers: Headers, factor: object): Promise<Response> =>
  await app.post('/api/auth/factors/verify', { factor }, headers);
const me = async (app: TestApp, headers: Headers) => (await (await app.get('/api/auth/me', headers)).json()).session;

const ofRecent = procedures.filter(({ assurance }) => assurance === 'recentlyVerified');

describe('what asks for a fresh proof of an account with a second factor', () => {
  test.each(ofRecent)('7.5.1 $path asks for the password first, and then for the factor', async (procedure) => {
    await using app = await testApp();
    const person = await withApp(app);
    const refusal = async (headers: Headers): Promise<unknown> => {
      const answer = await call(app, ['/api/', procedure], { headers });
      const { reason, methods } = await answer.json();
      return reason === 'VERIFY_AGAIN' ? methods : 'let in';
    };
    app.clock.forward(minutes(10));
    expect(await refusal(person.headers)).toEqual(['password']);
    const once = await renewedBy(await byPassword(app, person.headers));
    expect(await refusal(once)).toEqual(['totp', 'recoveryCode']);
    const twice = await renewedBy(await byFactor(app, once, { method: 'totp', code: person.code() }));
    expect(await refusal(twice)).toBe('let in');
  });

  test('is as glad of them in the other order, and of a recovery code', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    app.clock.forward(minutes(10));
    const factor = { method: 'recoveryCode', code: person.recoveryCodes[0] };
    const once = await renewedBy(await byFactor(app, person.headers, factor));
    expect(await asked(app, 'wipe', once)).toMatchObject({ reason: 'VERIFY_AGAIN', methods: ['password'] });
    expect(await asked(app, 'wipe', await renewedBy(await byPassword(app, once)))).toBe('recentlyVerified');
  });

  test('has a window of its own for each of the two: ten minutes, to the second', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    app.clock.forward(minutes(5));
    const headers = await renewedBy(await byFactor(app, person.headers, { method: 'totp', code: person.code() }));
    const { verifiedAt, factorVerifiedAt } = await me(app, headers);
    const until = async (at: string): Promise<void> =>
      app.clock.forward(Date.parse(at) + minutes(10) - app.clock.now().getTime());
    await until(verifiedAt);
    app.clock.forward(-1);
    expect(await asked(app, 'wipe', headers)).toBe('recentlyVerified');
    app.clock.forward(1);
    expect(await asked(app, 'wipe', headers)).toMatchObject({ methods: ['password'] });
    const again = await renewedBy(await byPassword(app, headers));
    await until(factorVerifiedAt);
    app.clock.forward(-1);
    expect(await asked(app, 'wipe', again)).toBe('recentlyVerified');
    app.clock.forward(1);
    expect(await asked(app, 'wipe', again)).toMatchObject({ methods: ['totp', 'recoveryCode'] });
  });

  test('asks for no factor where the account has none, nor any more once it is removed', async () => {
    await using app = await testApp();
    const { headers } = await signIn(app, { email: 'eve@example.com' });
    expect(await asked(app, 'wipe', headers)).toBe('recentlyVerified');
    const person = await withApp(app);
    const removed = await renewedBy(await app.post('/api/auth/totp/disable', {}, person.headers));
    app.clock.forward(minutes(10));
    const again = await renewedBy(await byPassword(app, removed));
    expect(await asked(app, 'wipe', again)).toBe('recentlyVerified');
  });
});

describe('a factor that is shown in a session', () => {
  test('7.2.4 gives it another token, and stands among what was shown in it, once', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const before = await me(app, person.headers);
    app.clock.forward(minutes(3));
    const code = person.code();
    const now = app.clock.now().toISOString();
    const answer = await byFactor(app, person.headers, { method: 'totp', code });
    const { session } = await answer.clone().json();
    const headers = await renewedBy(answer);
    expect(session).toEqual({ ...before, factorVerifiedAt: now });
    expect(await me(app, headers)).toEqual(session);
    expect(await statusOfMe(app, person.headers)).toBe(401);

    const recovery = { method: 'recoveryCode', code: person.recoveryCodes[0] };
    const more = await renewedBy(await byFactor(app, headers, recovery));
    expect((await me(app, more)).factors).toEqual(['password', 'totp', 'recoveryCode']);
  });

  test('comes as a cookie where the session is one, and then in no body', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const proof = await pending(app);
    const factor = { method: 'totp', code: person.code() };
    const signedIn = await app.post('/api/auth/factors/prove', { proof, factor });
    const answer = await byFactor(app, await renewedBy(signedIn), { method: 'totp', code: person.code() });
    expect(await answer.clone().json()).not.toHaveProperty('token');
    expect(await statusOfMe(app, await renewedBy(answer))).toBe(200);
    expect(await statusOfMe(app, await renewedBy(signedIn))).toBe(401);
  });

  test('that is wrong changes nothing: not the token, not what was shown, nor when', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const before = await me(app, person.headers);
    app.clock.forward(minutes(1));
    const used = person.code();
    await prove(app, await pending(app), { method: 'totp', code: used });
    for (const code of ['000000', used])
      expect(await outcome(await byFactor(app, person.headers, { method: 'totp', code }))).toBe('FACTOR_WRONG');
    expect(await me(app, person.headers)).toEqual(before);
  });

  test('is none where the account has none: nothing that is shown is right', async () => {
    await using app = await testApp();
    const { headers } = await signIn(app);
    await app.post('/api/auth/totp/enrol', {}, headers);
    for (const factor of [
      { method: 'totp', code: '000000' },
      { method: 'recoveryCode', code: 'a'.repeat(24) },
    ])
      expect(await outcome(await byFactor(app, headers, factor))).toBe('FACTOR_WRONG');
    expect((await me(app, headers)).factors).toEqual(['password']);
  });
});

describe('what a host asks for', () => {
  test('by twoFactor is a session in which a factor was shown, however long ago', async () => {
    await using app = await testApp();
    const alone = await signIn(app);
    const refusal = { reason: 'SECOND_FACTOR_NEEDED', methods: [] };
    expect(await asked(app, 'pay', {})).toMatchObject({ reason: 'NOT_SIGNED_IN' });
    expect(await asked(app, 'pay', alone.headers)).toMatchObject(refusal);
    const { headers } = await withApp(app);
    expect(await asked(app, 'pay', headers)).toBe(true);
    app.clock.forward(minutes(60));
    expect(await asked(app, 'pay', headers)).toBe(true);
  });

  test('by recentlyVerified({ factor: true }) is one in which both were shown lately', async () => {
    await using app = await testApp();
    const alone = await signIn(app);
    expect(await asked(app, 'sign', {})).toMatchObject({ reason: 'NOT_SIGNED_IN' });
    expect(await asked(app, 'sign', alone.headers)).toMatchObject({ reason: 'SECOND_FACTOR_NEEDED', methods: [] });
    const person = await withApp(app);
    expect(await asked(app, 'sign', person.headers)).toEqual(['recentlyVerified', true]);
    app.clock.forward(minutes(10));
    expect(await asked(app, 'sign', person.headers)).toMatchObject({ reason: 'VERIFY_AGAIN', methods: ['password'] });
    const once = await renewedBy(await byPassword(app, person.headers));
    expect(await asked(app, 'sign', once)).toMatchObject({ methods: ['totp', 'recoveryCode'] });
    const twice = await renewedBy(await byFactor(app, once, { method: 'totp', code: person.code() }));
    expect(await asked(app, 'sign', twice)).toEqual(['recentlyVerified', true]);
  });

  test('is not met any more once the account has no factor, though one was shown in this session', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const headers = await renewedBy(await app.post('/api/auth/totp/disable', {}, person.headers));
    for (const name of ['pay', 'sign'] as const)
      expect(await asked(app, name, headers)).toMatchObject({ reason: 'SECOND_FACTOR_NEEDED', methods: [] }); // oxlint-disable-line no-await-in-loop
    expect(await asked(app, 'wipe', headers)).toBe('recentlyVerified');
  });

  test('is not met by the proof of half a login', async () => {
    await using app = await testApp();
    await withApp(app);
    const proof = await pending(app);
    for (const headers of [{ authorization: `Bearer ${proof}` }, { cookie: `latchkey_session=${proof}` }])
      for (const name of ['pay', 'wipe', 'sign'] as const)
        expect(await asked(app, name, headers)).toMatchObject({ reason: 'SESSION_ENDED' }); // oxlint-disable-line no-await-in-loop
  });
});
