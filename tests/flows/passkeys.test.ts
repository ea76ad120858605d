import { describe, expect, test } from 'vitest';

import { hours, minutes } from '../../server/kernel/clock.ts';
import { createPasskey, usePasskey } from '../support/authenticator.ts';
import { pending } from '../support/factors.ts';
import { proveBy, signInBy, start, withPasskey } from '../support/passkeys.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';

describe('a passkey', () => {
  test('is added, listed, renamed, used and removed', async () => {
    await using app = await testApp();
    const person = await withPasskey(app);
    expect(person.recoveryCodes).toHaveLength(10);
    const listed = async () => (await (await app.get('/api/auth/passkeys/list', person.headers)).json()).passkeys;
    const createdAt = app.clock.now().toISOString();
    expect(await listed()).toEqual([{ id: person.id, name: 'Passkey', createdAt, lastUsedAt: null }]);
    const named = { id: person.id, name: 'My phone' };
    expect(await outcome(await app.post('/api/auth/passkeys/rename', named, person.headers))).toBe('done');
    app.clock.forward(minutes(1));
    expect(await outcome(await signInBy(app, person.passkey))).toBe('done');
    expect(await listed()).toEqual([{ ...named, createdAt, lastUsedAt: app.clock.now().toISOString() }]);
    const removed = await app.post('/api/auth/passkeys/remove', { id: person.id }, person.headers);
    expect(await outcome(removed)).toBe('done');
    expect(await outcome(await signInBy(app, person.passkey))).toBe('PASSKEY_REFUSED');
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.passkeys)).toEqual([]);
    expect(await orm.select().from(tables.recoveryCodes)).toEqual([]);
  });

  test('signs in by itself, and the session says so', async () => {
    await using app = await testApp();
    const { passkey } = await withPasskey(app);
    const { token } = await (await signInBy(app, passkey)).json();
    const { user, session } = await (await app.get('/api/auth/me', { authorization: `Bearer ${token}` })).json();
    expect([user.email, session.factors]).toEqual([ada.email, ['passkey']]);
    expect([session.verifiedAt, session.factorVerifiedAt]).toEqual([session.createdAt, session.createdAt]);
  });

  test('is asked for after the password, which is not enough from then on', async () => {
    await using app = await testApp();
    const { passkey } = await withPasskey(app);
    const login = await (await app.post('/api/auth/login', ada)).json();
    expect(login).toMatchObject({ status: 'factorNeeded', methods: ['passkey', 'recoveryCode'] });
    const { token } = await (await proveBy(app, passkey)).json();
    const { session } = await (await app.get('/api/auth/me', { authorization: `Bearer ${token}` })).json();
    expect(session.factors).toEqual(['password', 'passkey']);
  });

  test('shows in a session who is there, by itself', async () => {
    await using app = await testApp();
    const { passkey, headers } = await withPasskey(app);
    app.clock.forward(hours(1));
    const remove = async (by: Record<string, string>) => await app.post('/api/auth/sessions/revokeOthers', {}, by);
    expect(await (await remove(headers)).json()).toMatchObject({ methods: ['password', 'passkey'] });
    const { ceremony, options } = await start(app, 'factors/startVerification', headers);
    const factor = { method: 'passkey', ceremony, response: usePasskey(passkey, options, { origin: app.url }) };
    const verified = await app.post('/api/auth/factors/verify', { factor }, headers);
    expect(await outcome(await remove(await renewedBy(verified)))).toBe('done');
  });

  test('that has not made sure who is there is no sign-in by itself, and after the password it is enough', async () => {
    await using app = await testApp();
    const { passkey } = await withPasskey(app);
    const { ceremony, options } = await start(app, 'passkeys/startSignIn');
    const response = usePasskey(passkey, options, { origin: app.url, isVerified: false });
    const alone = await app.post('/api/auth/passkeys/signIn', { ceremony, response });
    expect(await outcome(alone)).toBe('PASSKEY_REFUSED');

    const proof = await pending(app);
    const asked = await start(app, 'factors/challenge', {}, { proof });
    const signed = usePasskey(passkey, asked.options, { origin: app.url, isVerified: false });
    const factor = { method: 'passkey', ceremony: asked.ceremony, response: signed };
    expect(await outcome(await app.post('/api/auth/factors/prove', { proof, factor }))).toBe('done');
  });

  test('is used once by what it has signed, by one of fifty at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const { passkey } = await withPasskey(app);
    const { ceremony, options } = await start(app, 'passkeys/startSignIn');
    const response = usePasskey(passkey, options, { origin: app.url });
    const { outcomes } = await fiftyAtOnce(
      async () => await app.post('/api/auth/passkeys/signIn', { ceremony, response, deliver: 'token' }),
    );
    // Who comes after it has the counter against them, or the ceremony.
    expect(['done', 'PROOF_SPENT', 'PASSKEY_REFUSED']).toEqual(expect.arrayContaining(outcomes));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  });

  test('that counts back is refused, since there may be a copy of it', async () => {
    await using app = await testApp();
    const { passkey } = await withPasskey(app);
    expect(await outcome(await signInBy(app, passkey))).toBe('done');
    passkey.signCount = 0;
    expect(await outcome(await signInBy(app, passkey))).toBe('PASSKEY_REFUSED');
    expect(app.logged()).toContain('passkey.counterBack');
    passkey.signCount = 5;
    expect(await outcome(await signInBy(app, passkey))).toBe('done');
  });

  test('is not registered twice, nor are there more than ten of an account', async () => {
    await using app = await testApp();
    const first = await withPasskey(app);
    let person = first;
    for (let count = 1; count < 10; count += 1) person = await withPasskey(app, {}, person); // oxlint-disable-line no-await-in-loop
    const { ceremony, options } = await start(app, 'passkeys/startRegistration', person.headers);
    expect(options.excludeCredentials).toHaveLength(10);
    const { response } = createPasskey(options, app.url);
    const answer = await app.post('/api/auth/passkeys/register', { ceremony, response }, person.headers);
    expect(await answer.json()).toMatchObject({ reason: 'TOO_MANY_PASSKEYS', most: 10 });
  });

  test('of a disabled account signs nobody in', async () => {
    await using app = await testApp();
    const { passkey, userId } = await withPasskey(app);
    await app.auth.users.disable(userId);
    expect(await outcome(await signInBy(app, passkey))).toBe('ACCOUNT_DISABLED');
  });

  test('ends with the factors that an operator takes, and everybody is signed out', async () => {
    await using app = await testApp();
    const { passkey, userId, headers } = await withPasskey(app);
    await app.auth.users.removeFactors(userId);
    expect(await statusOfMe(app, headers)).toBe(401);
    expect(await outcome(await signInBy(app, passkey))).toBe('PASSKEY_REFUSED');
    expect(await statusOfMe(app, (await signIn(app)).headers)).toBe(200);
  });
});

test('an address of numbers has no passkeys, and says what is to be done', async () => {
  await using app = await testApp({ env: { APP_URL: 'http://127.0.0.1:3000' } });
  const answer = await app.post('/api/auth/passkeys/startSignIn', {});
  expect([answer.status, await outcome(answer)]).toEqual([501, 'PASSKEYS_NOT_CONFIGURED']);
});
