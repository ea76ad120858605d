import { describe, expect, test } from 'vitest';

import { hours, minutes } from '../../server/kernel/clock.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import { outcome, renewedBy } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Headers = Record<string, string>;

const home = { 'x-forwarded-for': '203.0.113.9' };
const wrong = { method: 'totp', code: '000000' };

/** Guesses, from a network that is new each time unless one is given. */
async function guess(app: TestApp, proof: string, headers: Headers = {}, factor = wrong): Promise<string> {
  return await outcome(await app.post('/api/auth/factors/prove', { proof, factor, deliver: 'token' }, headers));
}

async function failuresOf(app: TestApp): Promise<number[]> {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.totps)).map(({ failures }) => failures);
}

/** Wrong codes until the app is of no use, each as soon as it is looked at. */
async function exhaust(app: TestApp): Promise<void> {
  for (let time = 0; time < 100; time += 1) {
    expect([time, await guess(app, await pending(app))]).toEqual([time, 'FACTOR_WRONG']); // oxlint-disable-line no-await-in-loop
    app.clock.forward(minutes(15));
  }
}

describe('guesses at a second factor', () => {
  test('are five, and then none is looked at for a quarter of an hour, not even the right one', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const proof = await pending(app);
    for (let time = 0; time < 5; time += 1) expect(await guess(app, proof)).toBe('FACTOR_WRONG');
    const refused = await prove(app, proof, { method: 'totp', code: person.code() });
    expect([refused.status, await outcome(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
    const recovery = { method: 'recoveryCode', code: person.recoveryCodes[0] ?? '' };
    expect(await outcome(await prove(app, proof, recovery))).toBe('RATE_LIMITED');
    expect(await failuresOf(app)).toEqual([5]);
    app.clock.forward(minutes(15));
    expect(await guess(app, await pending(app))).toBe('FACTOR_WRONG');
    expect(await guess(app, await pending(app))).toBe('RATE_LIMITED');
  });

  test('are counted together however often somebody logs in anew, from wherever, and with whatever factor', async () => {
    await using app = await testApp();
    await withApp(app);
    const recovery = { method: 'recoveryCode', code: 'a'.repeat(24) };
    const outcomes: string[] = [];
    for (let time = 0; time < 8; time += 1)
      outcomes.push(await guess(app, await pending(app), {}, time % 2 ? recovery : wrong)); // oxlint-disable-line no-await-in-loop
    expect(outcomes).toEqual([...Array(5).fill('FACTOR_WRONG'), ...Array(3).fill('RATE_LIMITED')]);
  });

  test('are not begun anew by the right password: it is half of a login', async () => {
    await using app = await testApp();
    await withApp(app);
    const login = async () => await (await app.post('/api/auth/login', ada, home)).json();
    const outcomes: string[] = [];
    for (let time = 0; time < 7; time += 1) outcomes.push(await guess(app, (await login()).proof, home)); // oxlint-disable-line no-await-in-loop
    expect(outcomes).toEqual([...Array(5).fill('FACTOR_WRONG'), ...Array(2).fill('RATE_LIMITED')]);
  });

  test('by strangers do not delay the owner on a network from which they have signed in', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const proof = await pending(app);
    const right = () => ({ method: 'totp', code: person.code() });
    expect(await guess(app, proof, home, right())).toBe('done');

    for (let time = 0; time < 6; time += 1) await guess(app, await pending(app)); // oxlint-disable-line no-await-in-loop
    expect(await guess(app, await pending(app), {}, right())).toBe('RATE_LIMITED');
    for (let time = 0; time < 4; time += 1) expect(await guess(app, await pending(app), home)).toBe('FACTOR_WRONG');
    expect(await guess(app, await pending(app), home, right())).toBe('done');
    // Which begins the count at home anew, and no other.
    expect(await guess(app, await pending(app), {}, right())).toBe('RATE_LIMITED');
  });

  test('of fifty at once are no more looked at than five', async () => {
    await using app = await testApp();
    await withApp(app);
    const proofs: string[] = [];
    for (let time = 0; time < 5; time += 1) proofs.push(await pending(app)); // oxlint-disable-line no-await-in-loop
    const guesses = Array.from({ length: 50 }, async (_, at) => await guess(app, proofs[at % 5] ?? ''));
    const outcomes = await Promise.all(guesses);
    expect(new Set(outcomes)).toEqual(new Set(['FACTOR_WRONG', 'RATE_LIMITED']));
    const looked = outcomes.filter((one) => one === 'FACTOR_WRONG').length;
    expect(looked).toBeLessThanOrEqual(5);
    expect(await failuresOf(app)).toEqual([looked]);
  });

  test('in one batch are no more looked at than five', async () => {
    await using app = await testApp();
    await withApp(app);
    const proof = await pending(app);
    const inputs = Array.from({ length: 10 }, () => ({ proof, factor: wrong }));
    const paths = inputs.map(() => 'auth.factors.prove').join(',');
    await app.post(`/trpc/${paths}?batch=1`, Object.fromEntries(inputs.entries()));
    expect((await failuresOf(app))[0]).toBeLessThanOrEqual(5);
  });

  test('are as many in a session, together with those at logins', async () => {
    await using app = await testApp();
    const { headers } = await withApp(app);
    const verify = async (from: Headers) =>
      await outcome(await app.post('/api/auth/factors/verify', { factor: wrong }, { ...headers, ...from }));
    for (let time = 0; time < 3; time += 1) expect(await verify({})).toBe('FACTOR_WRONG');
    for (let time = 0; time < 2; time += 1) expect(await guess(app, await pending(app))).toBe('FACTOR_WRONG');
    expect([await verify({}), await guess(app, await pending(app))]).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  test('of an account that has to set up an app are as many', async () => {
    await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
    await app.post('/api/auth/register', ada);
    await app.post('/api/auth/factors/enrol', { proof: await pending(app) });
    const outcomes: string[] = [];
    for (let time = 0; time < 7; time += 1) outcomes.push(await guess(app, await pending(app))); // oxlint-disable-line no-await-in-loop
    expect(outcomes).toEqual([...Array(5).fill('FACTOR_WRONG'), ...Array(2).fill('RATE_LIMITED')]);
  });
});

describe('an app of which a hundred codes in a row were wrong', () => {
  test('is of no use any more, also after days, while a recovery code is, by which another one is set up', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    await exhaust(app);
    for (const pause of [0, minutes(15), hours(48)]) {
      app.clock.forward(pause);
      const locked = await prove(app, await pending(app), { method: 'totp', code: person.code() });
      expect([locked.status, await outcome(locked)]).toEqual([403, 'FACTOR_LOCKED']);
    }
    expect(await failuresOf(app)).toEqual([100]);

    app.clock.forward(minutes(15));
    const code = person.recoveryCodes[0] ?? '';
    const recovered = await prove(app, await pending(app), { method: 'recoveryCode', code });
    expect(await outcome(recovered)).toBe('done');
    // It does not make the app good again.
    const still = await prove(app, await pending(app), { method: 'totp', code: person.code() });
    expect(await outcome(still)).toBe('FACTOR_LOCKED');

    const disabled = await app.post('/api/auth/totp/disable', {}, await renewedBy(recovered));
    const headers = await renewedBy(disabled);
    const { secret } = await (await app.post('/api/auth/totp/enrol', {}, headers)).json();
    const shown = codesOf(app, secret);
    expect(await outcome(await app.post('/api/auth/totp/confirm', { code: shown() }, headers))).toBe('done');
    app.clock.forward(minutes(15));
    expect(await outcome(await prove(app, await pending(app), { method: 'totp', code: shown() }))).toBe('done');
  });

  test('is one only where none between was right', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const person = await withApp(app);
    for (const wrongOnes of [99, 99]) {
      for (let time = 0; time < wrongOnes; time += 1) await guess(app, await pending(app)); // oxlint-disable-line no-await-in-loop
      expect(await failuresOf(app)).toEqual([99]);
      const done = await prove(app, await pending(app), { method: 'totp', code: person.code() });
      expect(await outcome(done)).toBe('done');
      expect(await failuresOf(app)).toEqual([0]);
    }
  });

  test('is one after a hundred, and not one more, of two hundred at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    await withApp(app);
    const proof = await pending(app);
    const outcomes = await Promise.all(Array.from({ length: 200 }, async () => await guess(app, proof)));
    expect(outcomes.filter((one) => one === 'FACTOR_WRONG')).toHaveLength(100);
    expect(outcomes.filter((one) => one === 'FACTOR_LOCKED')).toHaveLength(100);
  });
});
