import { describe, expect, test } from 'vitest';

import { minutes, seconds } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';

describe('a login to an account with an authenticator app', () => {
  test('begins with the password, gives a proof and no session, and ends with a code', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const sessionsBefore = (await stored(app)).sessions.length;
    const answer = await app.post('/api/auth/login', ada);
    expect(await answer.clone().json()).toEqual({
      status: 'factorNeeded',
      methods: ['totp', 'recoveryCode'],
      proof: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: new Date(app.clock.now().getTime() + minutes(5)).toISOString(),
      message: 'Show a second factor to complete the login.',
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await stored(app)).sessions).toHaveLength(sessionsBefore);

    const { proof } = await answer.json();
    const done = await prove(app, proof, { method: 'totp', code: person.code() });
    const { token, user, status } = await done.json();
    expect({ status, email: user?.email }).toEqual({ status: 'signedIn', email: ada.email });
    const me = await (await app.get('/api/auth/me', { authorization: `Bearer ${token}` })).json();
    expect(me.session.factors).toEqual(['password', 'totp']);
    expect(me.session.factorVerifiedAt).toBe(me.session.createdAt);
  });

  test('lets a proof be used once, by one of fifty at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const person = await withApp(app);
    const [proof, code] = [await pending(app), person.code()];
    const { outcomes } = await fiftyAtOnce(async () => await prove(app, proof, { method: 'totp', code }));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  });

  test('takes a code once, also with fifty proofs at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const person = await withApp(app);
    const proofs: string[] = [];
    for (let count = 0; count < 50; count += 1) proofs.push(await pending(app)); // oxlint-disable-line no-await-in-loop
    const code = person.code();
    const { outcomes } = await fiftyAtOnce(async () => await prove(app, proofs.pop() ?? '', { method: 'totp', code }));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  });

  test('is over after five minutes', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const proof = await pending(app);
    app.clock.forward(minutes(5) - seconds(31));
    expect(await outcome(await prove(app, proof, { method: 'totp', code: '000000' }))).toBe('FACTOR_WRONG');
    app.clock.forward(seconds(31));
    expect(await outcome(await prove(app, proof, { method: 'totp', code: person.code() }))).toBe('PROOF_SPENT');
  });
});

describe('sessions of an account that gets its first factor', () => {
  test('go on where it was shown and end where only the password was', async () => {
    await using app = await testApp();
    const elsewhere = await signIn(app);
    const person = await withApp(app);
    expect(await statusOfMe(app, elsewhere.headers)).toBe(401);
    expect(await statusOfMe(app, person.headers)).toBe(200);
  });
});

describe('an account with a second factor', () => {
  test('7.5.1 has its password changed only by who has shown the factor lately, too', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const change = async (headers: Record<string, string>) =>
      await app.post(
        '/api/auth/password/change',
        { currentPassword: ada.password, newPassword: 'a horse of another colour' },
        headers,
      );
    app.clock.forward(minutes(10));
    const refused = await change(person.headers);
    expect(await refused.json()).toMatchObject({ reason: 'VERIFY_AGAIN', methods: ['totp', 'recoveryCode'] });
    const factor = { method: 'totp', code: person.code() };
    const verified = await app.post('/api/auth/factors/verify', { factor }, person.headers);
    expect(await outcome(await change(await renewedBy(verified)))).toBe('done');
  });

  test('has no session left from before one was asked for, also where nobody asks any more', async () => {
    await using before = await testApp();
    const old = await signIn(before);
    const { database } = before;
    {
      await using app = await testApp({ database, clock: before.clock, env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
      const proof = await pending(app);
      const offer = await (await app.post('/api/auth/factors/enrol', { proof })).json();
      const done = await prove(app, proof, { method: 'totp', code: codesOf(app, offer.secret)() });
      expect((await done.json()).recoveryCodes).toHaveLength(10);
    }
    expect(await statusOfMe(before, old.headers)).toBe(401);
  });
});
