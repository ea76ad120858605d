import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';

import { hours, seconds } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { dump, variants } from '../support/stored-cells.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const withoutLimits = { env: { RATE_LIMITS: 'off' } };

const enrol = async (app: TestApp, { headers }: Pick<SignedIn, 'headers'>): Promise<Response> =>
  await app.post('/api/auth/totp/enrol', {}, headers);
const confirm = async (app: TestApp, code: string, { headers }: Pick<SignedIn, 'headers'>): Promise<Response> =>
  await app.post('/api/auth/totp/confirm', { code }, headers);
const disable = async (app: TestApp, { headers }: Pick<SignedIn, 'headers'>): Promise<Response> =>
  await app.post('/api/auth/totp/disable', {}, headers);
const factorsOf = async (app: TestApp, { headers }: Pick<SignedIn, 'headers'>) =>
  await (await app.get('/api/auth/factors/list', headers)).json();
const statusOfLogin = async (app: TestApp): Promise<string> =>
  (await (await app.post('/api/auth/login', { ...ada, deliver: 'token' })).json()).status;

/** What an app shows whose clock is so many half minutes off. */
const codeAt = (app: TestApp, secret: string, steps: number): string =>
  new TOTP({ secret }).generate({ timestamp: app.clock.now().getTime() + steps * seconds(30) });

const secretOf = async (offer: Response): Promise<string> => (await offer.json()).secret;

describe('an authenticator app that is offered', () => {
  test('is so as a link, a picture and a text of one seed, which is another each time', async () => {
    await using app = await testApp();
    const person = await signIn(app);
    const { uri, qr, secret, ...rest } = await (await enrol(app, person)).json();
    expect(rest).toEqual({ status: 'totpOffered', message: expect.any(String) });
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(decodeURIComponent(uri)).toContain(`localhost:${ada.email}?`);
    expect(qr).toMatch(/^<svg .*<\/svg>$/);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(await secretOf(await enrol(app, person))).not.toBe(secret);
  });

  test('counts only after its first code: until then a login asks for nothing more', async () => {
    await using app = await testApp();
    const person = await signIn(app);
    const secret = await secretOf(await enrol(app, person));
    expect(await statusOfLogin(app)).toBe('signedIn');
    const none = { methods: [], totpSince: null, recoveryCodesLeft: 0, isRequired: false };
    expect(await factorsOf(app, person)).toEqual(none);
    for (const wrong of ['000000', codeAt(app, secret, 2), codeAt(app, secret, -2)])
      expect(await outcome(await confirm(app, wrong, person))).toBe('FACTOR_WRONG');
    expect(await statusOfLogin(app)).toBe('signedIn');

    const answer = await confirm(app, codeAt(app, secret, 0), person);
    const { recoveryCodes } = await answer.clone().json();
    expect(recoveryCodes).toHaveLength(10);
    expect(await statusOfLogin(app)).toBe('factorNeeded');
    expect(await factorsOf(app, { headers: await renewedBy(answer) })).toEqual({
      methods: ['totp', 'recoveryCode'],
      totpSince: app.clock.now().toISOString(),
      recoveryCodesLeft: 10,
      isRequired: false,
    });
  });

  test('takes the place of the one that was offered before', async () => {
    await using app = await testApp();
    const person = await signIn(app);
    const older = await secretOf(await enrol(app, person));
    const newer = await secretOf(await enrol(app, person));
    expect(await outcome(await confirm(app, codeAt(app, older, 0), person))).toBe('FACTOR_WRONG');
    expect(await outcome(await confirm(app, codeAt(app, newer, 0), person))).toBe('done');
  });

  test('is the one of whoever asked: a code of another person’s confirms nothing', async () => {
    await using app = await testApp();
    const [one, other] = [await signIn(app), await signIn(app, { email: 'eve@example.com' })];
    const secret = await secretOf(await enrol(app, one));
    await enrol(app, other);
    expect(await outcome(await confirm(app, codeAt(app, secret, 0), other))).toBe('FACTOR_WRONG');
  });

  test('leaves the one that there is as it is, until a code of the new one was shown', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    await secretOf(await enrol(app, person));
    expect(await outcome(await confirm(app, person.code(), person))).toBe('FACTOR_WRONG');
    const done = await prove(app, await pending(app), { method: 'totp', code: person.code() });
    expect(await outcome(done)).toBe('done');
  });

  test('asks for a proof that is fresh, as its confirmation and its removal do', async () => {
    await using app = await testApp();
    const person = await signIn(app);
    const secret = await secretOf(await enrol(app, person));
    app.clock.forward(hours(1));
    expect(await outcome(await enrol(app, person))).toBe('VERIFY_AGAIN');
    expect(await outcome(await confirm(app, codeAt(app, secret, 0), person))).toBe('VERIFY_AGAIN');
    expect(await outcome(await disable(app, person))).toBe('VERIFY_AGAIN');
  });

  test('needs ENCRYPTION_KEYS: without them none is offered, and none that there is can be looked at', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const { database, clock } = app;
    await using without = await testApp({ database, clock, env: { ENCRYPTION_KEYS: '' } });
    const newcomer = await signIn(without, { email: 'eve@example.com' });
    expect((await enrol(without, newcomer)).status).toBe(501);
    expect(await outcome(await enrol(without, newcomer))).toBe('TOTP_NOT_CONFIGURED');

    const proof = await pending(without);
    const shown = await prove(without, proof, { method: 'totp', code: person.code() });
    expect(await outcome(shown)).toBe('TOTP_NOT_CONFIGURED');
    // A code that nobody looked at was no wrong one.
    const { orm, tables } = await app.db();
    expect((await orm.select().from(tables.totps)).map(({ failures }) => failures)).toEqual([0]);
    const recovered = await prove(without, proof, { method: 'recoveryCode', code: person.recoveryCodes[0] ?? '' });
    expect(await outcome(recovered)).toBe('done');
  });

  test('is confirmed by one of fifty at once, who gets the one set of recovery codes', async () => {
    await using app = await testApp(withoutLimits);
    const person = await signIn(app);
    const code = codesOf(app, await secretOf(await enrol(app, person)))();
    const { answers, outcomes } = await fiftyAtOnce(async () => await confirm(app, code, person));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const bodies = await Promise.all(answers.map(async (answer) => await answer.json()));
    const sets = bodies.flatMap(({ recoveryCodes }) => (recoveryCodes ? [recoveryCodes] : []));
    expect(sets).toHaveLength(1);
    const done = await prove(app, await pending(app), { method: 'recoveryCode', code: sets[0][0] });
    expect(await outcome(done)).toBe('done');
  });

  test('and confirmed while others log in by the password leaves no session without it', async () => {
    await using app = await testApp(withoutLimits);
    for (let round = 0; round < 5; round += 1) {
      const email = `user${round}@example.com`;
      const person = await signIn(app, { email });
      const code = codesOf(app, await secretOf(await enrol(app, person)))();
      const logIn = async () => await app.post('/api/auth/login', { ...ada, email, deliver: 'token' });
      const logIns = Array.from({ length: 8 }, logIn);
      // Among them, and not after them.
      await Promise.race(logIns);
      await Promise.all([confirm(app, code, person), ...logIns, ...Array.from({ length: 8 }, logIn)]);
      const shown = (await stored(app)).sessions.filter(({ userId }) => userId === person.userId);
      expect(shown.map(({ factors }) => factors)).toEqual(['password totp']);
    }
  });
});

describe('a code of an authenticator app', () => {
  test('may be of the half minute before or after, and of none that is further', async () => {
    await using app = await testApp();
    const person = await signIn(app);
    const secret = await secretOf(await enrol(app, person));
    await confirm(app, codeAt(app, secret, 0), person);
    const shown = async (steps: number): Promise<string> =>
      await outcome(await prove(app, await pending(app), { method: 'totp', code: codeAt(app, secret, steps) }));
    app.clock.forward(seconds(300));
    for (const far of [-2, 2, -3, 3]) expect([far, await shown(far)]).toEqual([far, 'FACTOR_WRONG']);
    for (const near of [-1, 0, 1]) expect([near, await shown(near)]).toEqual([near, 'done']);
  });

  test('is good once, wherever it is shown, and then those before it are not good either', async () => {
    await using app = await testApp(withoutLimits);
    const person = await signIn(app);
    const secret = await secretOf(await enrol(app, person));
    const confirmed = await confirm(app, codeAt(app, secret, 0), person);
    const headers = await renewedBy(confirmed);
    const shown = async (steps: number): Promise<string> =>
      await outcome(await prove(app, await pending(app), { method: 'totp', code: codeAt(app, secret, steps) }));
    const verified = async (steps: number): Promise<string> => {
      const factor = { method: 'totp', code: codeAt(app, secret, steps) };
      return await outcome(await app.post('/api/auth/factors/verify', { factor }, headers));
    };
    // The one by which it was confirmed, and the one before.
    expect([await shown(0), await verified(-1)]).toEqual(['FACTOR_WRONG', 'FACTOR_WRONG']);
    expect(await shown(1)).toBe('done');
    for (const steps of [1, 0, -1])
      expect([await shown(steps), await verified(steps)]).toEqual(['FACTOR_WRONG', 'FACTOR_WRONG']);
  });

  test('is read with blanks in it, and is six digits of ours and nothing else', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const proof = await pending(app);
    for (const code of ['12345', '1234567', '١٢٣٤٥٦', 'abcdef', '', '123456\u0000'])
      expect(await outcome(await prove(app, proof, { method: 'totp', code }))).toBe('INPUT_INVALID');
    const code = ` ${person.code().replace(/^.../, '$& ')}\n`;
    expect(await outcome(await prove(app, proof, { method: 'totp', code }))).toBe('done');
  });
});

describe('the seed of an authenticator app', () => {
  test('11.3.2 is in no table, log, event or answer in clear, once it was shown', async () => {
    await using app = await testApp();
    const before = await signIn(app);
    const secret = await secretOf(await enrol(app, before));
    const written = variants(secret, Buffer.from(Secret.fromBase32(secret).bytes));
    const found = (text: string): boolean => written.some((one) => text.toLowerCase().includes(one));
    expect(found(await dump(app))).toBe(false);

    const code = codesOf(app, secret);
    const person = { headers: await renewedBy(await confirm(app, code(), before)) };
    const answers = [
      await app.get('/api/auth/me', person.headers),
      await app.get('/api/auth/factors/list', person.headers),
      await app.get('/api/auth/account/export', person.headers),
      await app.get('/api/auth/account/events', person.headers),
      await enrol(app, person),
      await confirm(app, code(), person),
      await prove(app, await pending(app), { method: 'totp', code: '000000' }),
      await prove(app, await pending(app), { method: 'totp', code: code() }),
      await disable(app, person),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 403, 403, 200, 200]);
    for (const answer of answers) expect(found(await answer.text())).toBe(false);
    expect(found(JSON.stringify(await app.mails()))).toBe(false);
    expect(found(app.logged())).toBe(false);
    expect(found(await dump(app))).toBe(false);
  });

  test('would be found where it was stored: the test above is not blind', async () => {
    await using app = await testApp();
    const secret = await secretOf(await enrol(app, await signIn(app)));
    const bytes = Buffer.from(Secret.fromBase32(secret).bytes);
    const { orm, tables } = await app.db();
    for (const seedCiphertext of [bytes, Buffer.from(secret)]) {
      await orm.update(tables.totps).set({ seedCiphertext });
      const cells = await dump(app);
      expect(variants(secret, bytes).some((one) => cells.includes(one))).toBe(true);
    }
  });
});

describe('an authenticator app that is removed', () => {
  test('is asked for no more, takes the recovery codes with it, and may be set up again', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const elsewhere = await prove(app, await pending(app), { method: 'totp', code: person.code() });
    const other = await renewedBy(elsewhere);
    const answer = await disable(app, person);
    expect(await outcome(answer)).toBe('done');
    const renewed = { headers: await renewedBy(answer) };

    expect(await statusOfMe(app, other)).toBe(401);
    expect(await statusOfMe(app, person.headers)).toBe(401);
    expect(await statusOfMe(app, renewed.headers)).toBe(200);
    expect(await factorsOf(app, renewed)).toMatchObject({ methods: [], totpSince: null, recoveryCodesLeft: 0 });
    expect(await statusOfLogin(app)).toBe('signedIn');
    expect(await outcome(await disable(app, renewed))).toBe('FACTOR_UNKNOWN');
    const secret = await secretOf(await enrol(app, renewed));
    expect(await outcome(await confirm(app, codeAt(app, secret, 0), renewed))).toBe('done');
  });

  test('gives its session another token, as when it was added, by the way that the old one came', async () => {
    await using app = await testApp();
    for (const carrier of ['token', 'cookie'] as const) {
      const before = await signIn(app, { carrier, email: `${carrier}@example.com` });
      const code = codesOf(app, await secretOf(await enrol(app, before)));
      const added = await confirm(app, code(), before);
      const between = { headers: await renewedBy(added) };
      const removed = await disable(app, between);
      const after = { headers: await renewedBy(removed) };
      expect([(await added.json()).token, (await removed.json()).token].every(Boolean)).toBe(carrier === 'token');
      const tokens = [before, between, after].map(({ headers }) => JSON.stringify(headers));
      expect(new Set(tokens).size).toBe(3);
      for (const { headers } of [before, between]) expect(await statusOfMe(app, headers)).toBe(401);
      expect((await (await app.get('/api/auth/me', after.headers)).json()).session.id).toBe(before.sessionId);
    }
  });
});
