import { describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { counts } from '../support/database.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import { hostOf } from '../support/host.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { beginningOf } from '../support/procedures.ts';
import { openStream } from '../support/stream.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp, TestAppOptions } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';

const ofEveryone = { env: { REQUIRE_SECOND_FACTOR: 'everyone' } };
const ofAdmins = { env: { REQUIRE_SECOND_FACTOR: 'admins' } };

/** The same server once its operator has changed a setting and started it again. */
const again = async ({ database, clock }: TestApp, options: TestAppOptions): Promise<TestApp> =>
  await testApp({ database, clock, ...options });

const enrol = async (app: TestApp, proof: string): Promise<Response> =>
  await app.post('/api/auth/factors/enrol', { proof });

/** Sets up an app after the password, and signs in by its first code. */
async function enrolled(app: TestApp, proof: string) {
  const { secret } = await (await enrol(app, proof)).json();
  const code = codesOf(app, secret);
  return { code, answer: await prove(app, proof, { method: 'totp', code: code() }) };
}

describe('where everybody must have a second factor', () => {
  test.each(['register', 'login'])('%s gives a proof and no session to who has none', async (procedure) => {
    await using app = await testApp(ofEveryone);
    if (procedure === 'login') await app.auth.users.create(ada);
    for (const deliver of procedure === 'login' ? ['cookie', 'token'] : ['cookie']) {
      const answer = await app.post(`/api/auth/${procedure}`, { ...ada, deliver });
      expect(cookieOf(answer)).toBeUndefined();
      expect(await answer.json()).toEqual({
        status: 'factorNeeded',
        methods: [],
        proof: expect.stringMatching(/^[\w-]{43}$/),
        expiresAt: new Date(app.clock.now().getTime() + minutes(5)).toISOString(),
        message: expect.any(String),
      });
    }
    expect(await counts(app)).toEqual({ users: 1, sessions: 0 });
  });

  test('the first code of the app that is offered then starts the session, with recovery codes once', async () => {
    await using app = await testApp(ofEveryone);
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    const offer = await (await enrol(app, proof)).json();
    expect(offer).toMatchObject({ status: 'totpOffered', uri: expect.any(String), qr: expect.any(String) });
    const code = codesOf(app, offer.secret);
    expect(await outcome(await prove(app, proof, { method: 'totp', code: '000000' }))).toBe('FACTOR_WRONG');
    const first = await prove(app, proof, { method: 'totp', code: code() });
    const { recoveryCodes, status } = await first.clone().json();
    expect([status, recoveryCodes.length]).toEqual(['signedIn', 10]);
    const me = await (await app.get('/api/auth/me', await renewedBy(first))).json();
    expect(me.session.factors).toEqual(['password', 'totp']);
    const listed = await (await app.get('/api/auth/factors/list', await renewedBy(first))).json();
    expect(listed).toMatchObject({ methods: ['totp', 'recoveryCode'], isRequired: true });

    expect(await outcome(await prove(app, proof, { method: 'totp', code: code() }))).toBe('PROOF_SPENT');
    const second = await (await prove(app, await pending(app), { method: 'totp', code: code() })).json();
    expect([second.status, second.recoveryCodes]).toEqual(['signedIn', undefined]);
  });

  test('no code starts one where no app was offered, nor a recovery code where there is none', async () => {
    await using app = await testApp(ofEveryone);
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    for (const factor of [
      { method: 'totp', code: '000000' },
      { method: 'recoveryCode', code: 'a'.repeat(24) },
    ])
      expect(await outcome(await prove(app, proof, factor))).toBe('FACTOR_WRONG');
    expect((await counts(app)).sessions).toBe(0);
  });

  test('the first code starts one of fifty at once', async () => {
    await using app = await testApp({ env: { ...ofEveryone.env, RATE_LIMITS: 'off' } });
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    const { secret } = await (await enrol(app, proof)).json();
    const code = codesOf(app, secret)();
    const { outcomes } = await fiftyAtOnce(async () => await prove(app, proof, { method: 'totp', code }));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    expect((await counts(app)).sessions).toBe(1);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.recoveryCodes)).toHaveLength(10);
  });

  test('who knows the password of somebody with a factor cannot set up another one', async () => {
    await using app = await testApp(ofEveryone);
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    // Begun before the owner has shown their first code, and gone on with after it.
    const early = await pending(app);
    const { secret } = await (await enrol(app, early)).json();
    const owner = await enrolled(app, proof);
    expect(await outcome(owner.answer)).toBe('done');
    for (const one of [early, await pending(app)]) {
      expect(await outcome(await enrol(app, one))).toBe('FACTOR_ENROLLED');
      const theirs = { method: 'totp', code: codesOf(app, secret)() };
      expect(await outcome(await prove(app, one, theirs))).toBe('FACTOR_WRONG');
    }
    expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: owner.code() }))).toBe('done');
  });

  test('enrolling needs a proof that is good: none that is over, used or made up, nor one from before a reset', async () => {
    await using app = await testApp(ofEveryone);
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    for (const none of ['', 'a'.repeat(43), proof.slice(1)])
      expect(await outcome(await enrol(app, none))).toBe('PROOF_SPENT');
    const user = await app.auth.users.find({ email: ada.email });
    const { url } = await app.auth.users.resetLink(user?.id ?? '');
    const newPassword = 'a horse of another colour';
    await app.post('/api/auth/passwordReset/complete', { token: url.split('#token=')[1], newPassword });
    expect(await outcome(await enrol(app, proof))).toBe('PROOF_SPENT');
    const answer = await app.post('/api/auth/login', { ...ada, password: newPassword });
    const { proof: later } = await answer.json();
    app.clock.forward(minutes(5));
    expect(await outcome(await enrol(app, later))).toBe('PROOF_SPENT');
  });

  test('the app of an account stays, while it is the only factor', async () => {
    await using app = await testApp(ofEveryone);
    const { proof } = await (await app.post('/api/auth/register', ada)).json();
    const headers = await renewedBy((await enrolled(app, proof)).answer);
    expect(await outcome(await app.post('/api/auth/totp/disable', {}, headers))).toBe('FACTOR_REQUIRED');
    expect((await (await app.get('/api/auth/factors/list', headers)).json()).methods).toEqual(['totp', 'recoveryCode']);
    expect(await statusOfMe(app, headers)).toBe(200);
  });

  test('sessions from before are refused at once, wherever they are shown', async () => {
    await using before = await testApp();
    const [bearer, cookie] = [await signIn(before), await signIn(before, { carrier: 'cookie' })];
    const person = await withApp(before, { email: 'eve@example.com' });
    await using app = await again(before, ofEveryone);
    await using host = await hostOf(app);
    for (const { headers } of [bearer, cookie]) {
      expect(await statusOfMe(app, headers)).toBe(401);
      expect((await app.get('/api/auth/verify', headers)).status).toBe(401);
      expect((await fetch(`${host.url}/auth.me`, { headers })).status).toBe(401);
      expect((await fetch(`${host.url}/secret`, { headers })).status).toBe(401);
      expect((await beginningOf(await app.get('/trpc/auth.sessions.changes', headers))).status).toBe(401);
      expect(await outcome(await app.post('/api/auth/totp/enrol', {}, headers))).toBe('SESSION_ENDED');
    }
    expect(await statusOfMe(app, person.headers)).toBe(200);
    expect((await fetch(`${host.url}/secret`, { headers: person.headers })).status).toBe(200);
  });
});

describe('where administrators must have a second factor', () => {
  test('it is asked of those whom users.setAdmin made one, as long as they are', async () => {
    await using app = await testApp(ofAdmins);
    const status = async (): Promise<string> => (await (await app.post('/api/auth/login', ada)).json()).status;
    const { userId } = await signIn(app);
    expect(await status()).toBe('signedIn');
    await app.auth.users.setAdmin(userId, true);
    expect(await status()).toBe('factorNeeded');
    await signIn(app, { email: 'eve@example.com' });
    await app.auth.users.setAdmin(userId, false);
    expect(await status()).toBe('signedIn');
  });

  test('a session of theirs without one is refused from then on, and a stream of it ends', async () => {
    await using app = await testApp(ofAdmins);
    const { headers, userId } = await signIn(app);
    const stream = await openStream(`${app.url}/trpc/auth.sessions.changes`, headers);
    expect([(await stream.next())?.event, (await stream.next())?.data]).toEqual(['connected', { reason: 'connected' }]);
    // Told when PostgreSQL is listened to: from then on nothing is missed.
    if (isPostgres) expect((await stream.next())?.data).toEqual({ reason: 'missed' });
    expect(await statusOfMe(app, headers)).toBe(200);
    await app.auth.users.setAdmin(userId, true);
    expect(await statusOfMe(app, headers)).toBe(401);
    expect((await app.get('/api/auth/verify', headers)).status).toBe(401);
    expect(await stream.rest()).toEqual(['accountChanged', 'return']);
  });

  test('one in which it was shown goes on', async () => {
    await using app = await testApp(ofAdmins);
    const { headers, userId } = await withApp(app);
    await app.auth.users.setAdmin(userId, true);
    expect(await statusOfMe(app, headers)).toBe(200);
    expect(await outcome(await app.post('/api/auth/totp/disable', {}, headers))).toBe('FACTOR_REQUIRED');
    await app.auth.users.setAdmin(userId, false);
    expect(await outcome(await app.post('/api/auth/totp/disable', {}, headers))).toBe('done');
  });

  test('their operator takes a lost one, and the next login sets up another', async () => {
    await using app = await testApp(ofAdmins);
    const { userId, headers } = await withApp(app);
    await app.auth.users.setAdmin(userId, true);
    const proof = await pending(app);
    await app.auth.users.removeFactors(userId);
    expect(await statusOfMe(app, headers)).toBe(401);
    expect(await outcome((await enrolled(app, proof)).answer)).toBe('done');
  });
});
