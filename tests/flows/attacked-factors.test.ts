import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { createPasskey, usePasskey } from '../support/authenticator.ts';
import { changeEmail, prove as proveAddress } from '../support/mail-links.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import { signInBy, start, withPasskey } from '../support/passkeys.ts';
import { outcome, renewedBy, signIn } from '../support/people.ts';
import { complete, mailedToken } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';

// What was found by attacking second factors, each as it was done.

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('a passkey', () => {
  test('made or used in a frame of another site is refused, whether the browser names that site or not', async () => {
    await using app = await testApp();
    const { passkey, headers } = await withPasskey(app);
    const { ceremony, options } = await start(app, 'passkeys/startSignIn');
    const response = usePasskey(passkey, options, { origin: app.url, crossOrigin: true });
    expect(await outcome(await app.post('/api/auth/passkeys/signIn', { ceremony, response }))).toBe('PASSKEY_REFUSED');

    const offer = await start(app, 'passkeys/startRegistration', headers);
    const made = createPasskey(offer.options, app.url, { crossOrigin: true });
    const body = { ceremony: offer.ceremony, response: made.response };
    expect(await outcome(await app.post('/api/auth/passkeys/register', body, headers))).toBe('PASSKEY_REFUSED');
  });

  test('with the largest count that there is signs in', async () => {
    await using app = await testApp();
    const { passkey } = await withPasskey(app);
    passkey.signCount = 2 ** 32 - 2;
    expect(await outcome(await signInBy(app, passkey))).toBe('done');
  });

  test('whose id is longer than the standard allows is refused', async () => {
    await using app = await testApp();
    let { headers } = await signIn(app);
    for (const [bytes, expected] of [
      [1024, 'INPUT_INVALID'],
      [1023, 'done'],
    ] as const) {
      const { ceremony, options } = await start(app, 'passkeys/startRegistration', headers);
      const { response } = createPasskey(options, app.url, { id: randomBytes(bytes) });
      const answer = await app.post('/api/auth/passkeys/register', { ceremony, response }, headers);
      expect(await outcome(answer)).toBe(expected);
      if (answer.ok) headers = await renewedBy(answer);
    }
  });

  // To look at it the library fetches what is named in it.
  test.each(['android-key', 'tpm', 'apple', 'fido-u2f', 'packed', 'made up'])(
    'is taken without a look at who says that it was made by them: %s',
    async (format) => {
      await using app = await testApp();
      const { headers } = await signIn(app);
      const { ceremony, options } = await start(app, 'passkeys/startRegistration', headers);
      const { passkey, response } = createPasskey(options, app.url, { format });
      const answer = await app.post('/api/auth/passkeys/register', { ceremony, response }, headers);
      expect(await outcome(answer)).toBe('done');
      expect(await outcome(await signInBy(app, passkey))).toBe('done');
    },
  );
});

describe('factors of somebody who had the account for a while', () => {
  test('are gone once its owner has undone the change of the address', async () => {
    await using app = await testApp();
    const thief = await withPasskey(app);
    await proveAddress(app, ada.email);
    const undo = await changeEmail(app, { from: ada.email, to: 'thief@example.com' }, thief.headers);
    expect(await outcome(await app.post('/api/auth/email/undoChange', { token: undo }))).toBe('done');
    expect(await outcome(await signInBy(app, thief.passkey))).toBe('PASSKEY_REFUSED');
    expect(await outcome(await complete(app, await mailedToken(app, ada.email), 'a horse of another colour'))).toBe(
      'done',
    );
    const own = { email: ada.email, password: 'a horse of another colour' };
    expect(await (await app.post('/api/auth/login', own)).json()).toMatchObject({ status: 'signedIn' });
  });

  test('who has registered an address of somebody else are gone once its owner has reset the password', async () => {
    await using app = await testApp();
    const thief = await withPasskey(app);
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await app.mails();
    expect(await outcome(await complete(app, await mailedToken(app, ada.email), 'a horse of another colour'))).toBe(
      'done',
    );
    expect(await outcome(await signInBy(app, thief.passkey))).toBe('PASSKEY_REFUSED');
  });

  test('stay where the address was proved before: a reset skips no factor', async () => {
    await using app = await testApp();
    const { passkey, userId } = await withPasskey(app);
    const { orm, tables } = await app.db();
    await orm.update(tables.users).set({ emailVerifiedAt: app.clock.now() });
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await app.mails();
    await complete(app, await mailedToken(app, ada.email), 'a horse of another colour');
    const own = { email: ada.email, password: 'a horse of another colour' };
    expect(await (await app.post('/api/auth/login', own)).json()).toMatchObject({ status: 'factorNeeded' });
    expect(await outcome(await signInBy(app, passkey))).toBe('done');
    expect(userId).toBeTruthy();
  });
});

test('whoever knows the password makes no network known to the factor by it', async () => {
  await using app = await testApp();
  const networks = Array.from({ length: 8 }, (_, index) => `203.0.${index}.1`);
  await signIn(app);
  for (const network of networks) await app.post('/api/auth/login', { ...ada, deliver: 'token' }, from(network)); // oxlint-disable-line no-await-in-loop
  await withApp(app);
  const outcomes: string[] = [];
  for (const network of networks) {
    const proof = await pending(app);
    for (let guess = 0; guess < 3; guess += 1) {
      const factor = { method: 'totp', code: '000000' };
      const answer = await app.post('/api/auth/factors/prove', { proof, factor, deliver: 'token' }, from(network));
      outcomes.push(await outcome(answer));
    }
  }
  expect(outcomes.filter((one) => one === 'FACTOR_WRONG')).toHaveLength(5);
  expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: '000000' }))).toBe('RATE_LIMITED');
});
