import { expect, test } from 'vitest';

import { minutes, seconds } from '../../server/kernel/clock.ts';
import { usePasskey } from '../support/authenticator.ts';
import { read } from '../support/database.ts';
import { codeAhead, codesOf, pending, prove, withApp } from '../support/factors.ts';
import { hostRouter } from '../support/host-app.ts';
import { follow, mailed, prove as proveAddress } from '../support/mail-links.ts';
import { signInBy, start, withPasskey } from '../support/passkeys.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com' } as const;
const sessionsIn = (app: TestApp): unknown => read(app, 'select count(*) from sessions')[0];

const newPassword = 'a horse of another colour';

/** Asks everything that lets in who is signed in: `me`, forward auth, and a host's own procedure. */
async function doorsOpenTo(app: TestApp, headers: Record<string, string>): Promise<string[]> {
  const host = hostRouter(app.auth);
  const req = new Request(app.url, { headers });
  const auth = app.auth.createContext({ req, resHeaders: new Headers() });
  const mine = await host
    .createCaller({ ...auth, tenant: 'acme' })
    .mine()
    .then(
      () => true,
      () => false,
    );
  const [me, verify] = [await app.get('/api/auth/me', headers), await app.get('/api/auth/verify', headers)];
  return [...(me.ok ? ['me'] : []), ...(verify.ok ? ['verify'] : []), ...(mine ? ['host'] : [])];
}

test('6.3.3 where everybody must have a second factor, registering and logging in give no session before one is set up', async () => {
  await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
  for (const path of ['register', 'login', 'login']) {
    const answer = await app.post(`/api/auth/${path}`, { ...ada, deliver: path === 'login' ? 'token' : 'cookie' });
    expect(cookieOf(answer)).toBeUndefined();
    const body = await answer.json();
    expect(body).toMatchObject({ status: 'factorNeeded', methods: [] });
    expect(body.token).toBeUndefined();
  }
  expect(sessionsIn(app)).toBe(0);

  const proof = await pending(app);
  const { secret } = await start(app, 'factors/enrol', {}, { proof });
  expect(await outcome(await prove(app, proof, { method: 'totp', code: '000000' }))).toBe('FACTOR_WRONG');
  expect(sessionsIn(app)).toBe(0);
  const { token } = await (await prove(app, proof, { method: 'totp', code: codesOf(app, secret)() })).json();
  expect(await doorsOpenTo(app, { authorization: `Bearer ${token}` })).toEqual(['me', 'verify', 'host']);
});

test('6.3.3 sessions from before a factor was asked for open no door any more, those in which one was shown do', async () => {
  await using before = await testApp();
  const [plain, secured] = [await signIn(before), await withApp(before, eve)];
  for (const { headers } of [plain, secured]) expect(await doorsOpenTo(before, headers)).toHaveLength(3);
  const { database, clock } = before;
  await using app = await testApp({ database, clock, env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
  expect(await doorsOpenTo(app, plain.headers)).toEqual([]);
  expect(await doorsOpenTo(app, secured.headers)).toHaveLength(3);
});

test('6.3.3 where administrators must have one, it is asked of those whom users.setAdmin names, at once and of nobody else', async () => {
  await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'admins' } });
  const [her, other] = [await signIn(app), await signIn(app, eve)];
  await app.auth.users.setAdmin(her.userId, true);
  expect(await doorsOpenTo(app, her.headers)).toEqual([]);
  expect(await doorsOpenTo(app, other.headers)).toHaveLength(3);
  expect(await (await app.post('/api/auth/login', ada)).json()).toMatchObject({ status: 'factorNeeded', methods: [] });
  await app.auth.users.setAdmin(her.userId, false);
  expect(await (await app.post('/api/auth/login', ada)).json()).toMatchObject({ status: 'signedIn' });
});

test('6.3.4 every way to sign in asks for the factor, or is one: none of the others leaves a session', async () => {
  await using app = await testApp();
  const { code } = await withApp(app);
  const { passkey } = await withPasskey(app, eve);
  const verification = await mailed(app, ada.email, 'verify-email');
  const changed = await mailedToken(app, ada.email);
  const before = Number(sessionsIn(app));
  const ways = {
    'a link that proves the address': async () => await follow(app, 'verify', verification),
    'a reset by mail': async () => await complete(app, changed, newPassword),
    'the link of an operator': async () => await complete(app, await linkedToken(app, ada.email), ada.password),
    'registering again': async () => await app.post('/api/auth/register', ada),
    'the password': async () => await app.post('/api/auth/login', ada),
    'the password, for a token': async () => await app.post('/api/auth/login', { ...ada, deliver: 'token' }),
  };
  for (const [way, go] of Object.entries(ways)) {
    const answer = await go();
    const body = await answer.clone().json();
    expect([way, cookieOf(answer)?.replace(/=.+/, ''), body.token]).toEqual([way, undefined, undefined]);
    expect([way, Number(sessionsIn(app)) <= before]).toEqual([way, true]);
    expect([way, 'status' in body ? body.status : body.reason]).toEqual([
      way,
      expect.stringMatching(/^(verified|emailVerified|passwordChanged|passwordSet|EMAIL_TAKEN|factorNeeded)$/),
    ]);
  }
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: code() }))).toBe('done');
  expect(await outcome(await signInBy(app, passkey))).toBe('done');
});

test('6.3.4 where everybody must have one, a passkey alone is enough and a password never is', async () => {
  await using before = await testApp();
  const { passkey } = await withPasskey(before);
  const { database, clock } = before;
  await using app = await testApp({ database, clock, env: { REQUIRE_SECOND_FACTOR: 'everyone', APP_URL: before.url } });
  const asked = await start(app, 'passkeys/startSignIn');
  const response = usePasskey(passkey, asked.options, { origin: before.url });
  const { token } = await (
    await app.post('/api/auth/passkeys/signIn', { ceremony: asked.ceremony, response, deliver: 'token' })
  ).json();
  expect(await doorsOpenTo(app, { authorization: `Bearer ${token}` })).toHaveLength(3);
  expect(await complete(app, await linkedToken(app, ada.email), newPassword)).toMatchObject({ status: 200 });
  const login = await app.post('/api/auth/login', { ...ada, password: newPassword });
  expect(await login.json()).toMatchObject({ status: 'factorNeeded', methods: ['passkey', 'recoveryCode'] });
});

test('6.4.4 a factor is removed by who has shown one lately, of the password alone as little as of a mail', async () => {
  await using app = await testApp();
  const { headers, recoveryCodes } = await withApp(app);
  app.clock.forward(minutes(30));
  const disable = async (by: Record<string, string>) => await app.post('/api/auth/totp/disable', {}, by);
  expect(await (await disable(headers)).json()).toMatchObject({ reason: 'VERIFY_AGAIN', methods: ['password'] });
  const shown = await app.post('/api/auth/sessions/verify', { password: ada.password }, headers);
  const byPassword = await renewedBy(shown);
  const refused = await (await disable(byPassword)).json();
  expect(refused).toMatchObject({ reason: 'VERIFY_AGAIN', methods: ['totp', 'recoveryCode'] });

  // The phone is lost, its owner has the codes.
  const factor = { method: 'recoveryCode', code: recoveryCodes[0] };
  const recovered = await app.post('/api/auth/factors/verify', { factor }, byPassword);
  expect(await outcome(await disable(await renewedBy(recovered)))).toBe('done');
  expect(await (await app.post('/api/auth/login', ada)).json()).toMatchObject({ status: 'signedIn' });
});

test('6.4.4 whoever reads the mails of an account with a factor gets another password, and no further', async () => {
  await using app = await testApp();
  await withApp(app);
  // Otherwise whoever has set it up may not be its owner.
  await proveAddress(app, ada.email);
  expect(await outcome(await complete(app, await mailedToken(app, ada.email), newPassword))).toBe('done');
  const login = await (await app.post('/api/auth/login', { ...ada, password: newPassword })).json();
  expect(login).toMatchObject({ status: 'factorNeeded', methods: ['totp', 'recoveryCode'] });
  const enrolled = await app.post('/api/auth/factors/enrol', { proof: login.proof });
  expect(await outcome(enrolled)).toBe('FACTOR_ENROLLED');
});

test('6.4.4 an operator takes the factors of somebody who has lost them all, and their sessions with them', async () => {
  await using app = await testApp();
  const { userId, headers } = await withApp(app);
  const proof = await pending(app);
  await app.auth.users.removeFactors(userId);
  expect(await statusOfMe(app, headers)).toBe(401);
  for (const table of ['totps', 'passkeys', 'recovery_codes'])
    expect([table, read(app, `select count(*) from ${table}`)]).toEqual([table, [0]]);
  expect(await outcome(await prove(app, proof, { method: 'totp', code: '123456' }))).toBe('FACTOR_WRONG');
  expect(await (await app.post('/api/auth/login', ada)).json()).toMatchObject({ status: 'signedIn' });
});

test('6.5.1 a code of an app is taken once, and none of before it', async () => {
  await using app = await testApp();
  const { code } = await withApp(app);
  const [older, newer] = [code(), code()];
  for (const [given, expected] of [
    [newer, 'done'],
    [newer, 'FACTOR_WRONG'],
    // Of the step before, which would be right by the clock alone.
    [older, 'FACTOR_WRONG'],
    [code(), 'done'],
  ] as const)
    expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: given }))).toBe(expected);
});

test('6.5.1 a recovery code is taken once, in whatever way it is written', async () => {
  await using app = await testApp();
  const { recoveryCodes, headers } = await withApp(app);
  const [first = '', second = ''] = recoveryCodes;
  for (const [given, expected] of [
    [first, 'done'],
    [first, 'FACTOR_WRONG'],
    [first.toLowerCase().replaceAll('-', ' '), 'FACTOR_WRONG'],
    [second, 'done'],
  ] as const)
    expect(await outcome(await prove(app, await pending(app), { method: 'recoveryCode', code: given }))).toBe(expected);
  expect((await (await app.get('/api/auth/factors/list', headers)).json()).recoveryCodesLeft).toBe(8);
});

test.each(['totp', 'recoveryCode'])('6.5.1 of fifty at once with the same code one gets in: %s', async (method) => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const person = await withApp(app);
  const proofs: string[] = [];
  for (let count = 0; count < 50; count += 1) proofs.push(await pending(app)); // oxlint-disable-line no-await-in-loop
  const code = method === 'totp' ? person.code() : (person.recoveryCodes[0] ?? '');
  const before = Number(sessionsIn(app));
  const { outcomes } = await fiftyAtOnce(async () => await prove(app, proofs.pop() ?? '', { method, code }));
  expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  expect(Number(sessionsIn(app)) - before).toBe(1);
});

test('6.5.5 a code is good for the step that it is of and one on either side, not for two', async () => {
  for (const [steps, expected] of [
    [-2, 'FACTOR_WRONG'],
    [-1, 'done'],
    [0, 'done'],
    [1, 'done'],
    [2, 'FACTOR_WRONG'],
  ] as const) {
    await using app = await testApp();
    const { secret } = await withApp(app);
    app.clock.forward(minutes(5));
    const code = codeAhead(app, secret, steps);
    expect([steps, await outcome(await prove(app, await pending(app), { method: 'totp', code }))]).toEqual([
      steps,
      expected,
    ]);
  }
});

test('6.5.5 a proof of the password is good for five minutes, and so is what a passkey is asked to sign', async () => {
  for (const [late, expected] of [
    [minutes(5) - seconds(1), 'done'],
    [minutes(5), 'PROOF_SPENT'],
  ] as const) {
    await using app = await testApp();
    const { secret, recoveryCodes } = await withApp(app);
    const { passkey } = await withPasskey(app, eve);
    const [byCode, byRecovery] = [await pending(app), await pending(app)];
    const asked = await start(app, 'passkeys/startSignIn');
    app.clock.forward(late);
    const code = codeAhead(app, secret, 0);
    const response = usePasskey(passkey, asked.options, { origin: app.url });
    const answers = [
      await prove(app, byCode, { method: 'totp', code }),
      await prove(app, byRecovery, { method: 'recoveryCode', code: recoveryCodes[0] ?? '' }),
      await app.post('/api/auth/passkeys/signIn', { ceremony: asked.ceremony, response }),
    ];
    expect(await Promise.all(answers.map(outcome))).toEqual([expected, expected, expected]);
  }
});
