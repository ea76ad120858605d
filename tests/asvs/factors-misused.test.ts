import { expect, test } from 'vitest';

import { hours, minutes } from '../../server/kernel/clock.ts';
import { usePasskey } from '../support/authenticator.ts';
import type { SoftPasskey } from '../support/authenticator.ts';
import { read } from '../support/database.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import { signInBy, start, withPasskey } from '../support/passkeys.ts';
import { outcome } from '../support/people.ts';
import { complete, linkedToken } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com' } as const;
const newPassword = 'a horse of another colour';
const sessionsIn = (app: TestApp): unknown => read(app, 'select count(*) from sessions')[0];

const proveWith = async (app: TestApp, proof: string, signed: object): Promise<Response> =>
  await app.post('/api/auth/factors/prove', { proof, factor: { method: 'passkey', ...signed }, deliver: 'token' });

const verifyWith = async (app: TestApp, headers: Record<string, string>, signed: object): Promise<Response> =>
  await app.post('/api/auth/factors/verify', { factor: { method: 'passkey', ...signed } }, headers);

/** Another session of somebody with a passkey. */
async function loggedIn(app: TestApp, { passkey }: { passkey: SoftPasskey }): Promise<Record<string, string>> {
  const { token } = await (await signInBy(app, passkey)).json();
  return { authorization: `Bearer ${token}` };
}

test('6.6.2 a proof belongs to one sign-in and one account: another account’s codes do not go with it', async () => {
  await using app = await testApp();
  const [her, other] = [await withApp(app), await withApp(app, eve)];
  const proof = await pending(app, eve);
  expect(await outcome(await prove(app, proof, { method: 'totp', code: her.code() }))).toBe('FACTOR_WRONG');
  const recovery = { method: 'recoveryCode', code: her.recoveryCodes[0] ?? '' };
  expect(await outcome(await prove(app, proof, recovery))).toBe('FACTOR_WRONG');
  expect(await outcome(await prove(app, await pending(app), recovery))).toBe('done');
  const { user } = await (await prove(app, proof, { method: 'totp', code: other.code() })).json();
  expect(user.email).toBe(eve.email);
  expect(await outcome(await prove(app, proof, { method: 'totp', code: other.code() }))).toBe('PROOF_SPENT');
});

test('6.6.2 what a passkey has signed is of no use for another sign-in, session, account or purpose', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const her = await withPasskey(app);
  const other = await withPasskey(app, eve);
  const second = { ...her, headers: await loggedIn(app, her) };
  const [proof, otherProof] = [await pending(app), await pending(app)];
  const begin = {
    signIn: async () => await start(app, 'passkeys/startSignIn'),
    factor: async () => await start(app, 'factors/challenge', {}, { proof }),
    verification: async () => await start(app, 'factors/startVerification', her.headers),
  };
  const end = {
    signIn: async (signed: object) => await app.post('/api/auth/passkeys/signIn', { ...signed, deliver: 'token' }),
    factor: async (signed: object) => await proveWith(app, proof, signed),
    otherFactor: async (signed: object) => await proveWith(app, otherProof, signed),
    otherAccount: async (signed: object) => await proveWith(app, await pending(app, eve), signed),
    verification: async (signed: object) => await verifyWith(app, her.headers, signed),
    otherSession: async (signed: object) => await verifyWith(app, second.headers, signed),
    strangersSession: async (signed: object) => await verifyWith(app, other.headers, signed),
  };
  const before = sessionsIn(app);
  for (const [from, begun] of Object.entries(begin)) {
    for (const [to, ended] of Object.entries(end)) {
      if (from === to) continue;
      const { ceremony, options } = await begun();
      const response = usePasskey(her.passkey, options, { origin: app.url });
      expect([from, to, await outcome(await ended({ ceremony, response }))]).toEqual([from, to, 'PROOF_SPENT']);
    }
  }
  expect(sessionsIn(app)).toBe(before);
});

test('6.6.2 a proof of before the password was changed, or the account disabled, is of no use after it', async () => {
  await using app = await testApp();
  const { recoveryCodes, userId } = await withApp(app);
  const recovery = (index: number) => ({ method: 'recoveryCode', code: recoveryCodes[index] ?? '' });
  const before = await pending(app);
  expect(await outcome(await complete(app, await linkedToken(app, ada.email), newPassword))).toBe('done');
  expect(await outcome(await prove(app, before, recovery(0)))).toBe('PROOF_SPENT');

  const { proof } = await (await app.post('/api/auth/login', { ...ada, password: newPassword })).json();
  await app.auth.users.disable(userId);
  expect(await outcome(await prove(app, proof, recovery(0)))).toBe('PROOF_SPENT');
  await app.auth.users.enable(userId);
  const again = await (await app.post('/api/auth/login', { ...ada, password: newPassword })).json();
  expect(await outcome(await prove(app, again.proof, recovery(0)))).toBe('done');
});

test('6.6.3 after five wrong codes no further one is looked at, by fresh logins and from other networks neither', async () => {
  await using app = await testApp();
  const { code } = await withApp(app);
  const proof = await pending(app);
  for (let guess = 0; guess < 5; guess += 1)
    expect(await outcome(await prove(app, proof, { method: 'totp', code: '000000' }))).toBe('FACTOR_WRONG');
  const right = code();
  for (const one of [proof, await pending(app), await pending(app)])
    for (const factor of [
      { method: 'totp', code: right },
      { method: 'recoveryCode', code: 'AAAA' },
    ])
      expect(await outcome(await prove(app, one, factor))).toBe('RATE_LIMITED');
  app.clock.forward(minutes(15));
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: code() }))).toBe('done');
});

test('6.6.3 wrong codes from elsewhere keep its owner out of no network that has signed in before', async () => {
  await using app = await testApp();
  const { code } = await withApp(app);
  const home = { 'x-forwarded-for': '203.0.113.9' };
  const atHome = async (factor: object) =>
    await app.post('/api/auth/factors/prove', { proof: await pending(app), factor, deliver: 'token' }, home);
  expect(await outcome(await atHome({ method: 'totp', code: code() }))).toBe('done');
  for (let guess = 0; guess < 6; guess += 1) await prove(app, await pending(app), { method: 'totp', code: '000000' });
  const elsewhere = await prove(app, await pending(app), { method: 'totp', code: code() });
  expect(await outcome(elsewhere)).toBe('RATE_LIMITED');
  expect(await outcome(await atHome({ method: 'totp', code: code() }))).toBe('done');
});

test('6.6.3 a hundred wrong codes in a row are the end of an app, however slowly they come, and not of the account', async () => {
  await using app = await testApp();
  const { code, recoveryCodes } = await withApp(app);
  const wrong = async () => await outcome(await prove(app, await pending(app), { method: 'totp', code: '000000' }));
  for (let guess = 0; guess < 100; guess += 1) {
    expect(await wrong()).toBe('FACTOR_WRONG');
    if (guess >= 4) app.clock.forward(minutes(15));
  }
  app.clock.forward(minutes(15));
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: code() }))).toBe('FACTOR_LOCKED');
  app.clock.forward(hours(24));
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: code() }))).toBe('FACTOR_LOCKED');
  const recovery = { method: 'recoveryCode', code: recoveryCodes[0] ?? '' };
  app.clock.forward(hours(24));
  expect(await outcome(await prove(app, await pending(app), recovery))).toBe('done');
});

test('6.6.3 of two hundred wrong codes at once an app is asked a hundred, where nothing else limits them', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  await withApp(app);
  const proof = await pending(app);
  const answers = await Promise.all(
    Array.from({ length: 200 }, async () => await prove(app, proof, { method: 'totp', code: '000000' })),
  );
  const outcomes = await Promise.all(answers.map(outcome));
  expect(outcomes.filter((one) => one === 'FACTOR_WRONG')).toHaveLength(100);
  expect(outcomes.filter((one) => one === 'FACTOR_LOCKED')).toHaveLength(100);
});
