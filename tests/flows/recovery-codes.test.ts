import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import type { WithApp } from '../support/factors.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import { dump, variants } from '../support/stored-cells.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const withoutLimits = { env: { RATE_LIMITS: 'off' } };

const recover = async (app: TestApp, code = '', proof?: string): Promise<Response> =>
  await prove(app, proof ?? (await pending(app)), { method: 'recoveryCode', code });
const left = async (app: TestApp, headers: Record<string, string>): Promise<number> =>
  (await (await app.get('/api/auth/factors/list', headers)).json()).recoveryCodesLeft;

/** Other codes in the place of somebody's, whose session goes on. */
async function replaced(app: TestApp, person: WithApp): Promise<string[]> {
  const answer = await app.post('/api/auth/recoveryCodes/replace', {}, person.headers);
  person.headers = await renewedBy(answer);
  return (await answer.json()).recoveryCodes;
}

describe('recovery codes', () => {
  test('are ten, each of which takes the place of the app once, and they are counted down', async () => {
    await using app = await testApp(withoutLimits);
    const { headers, recoveryCodes } = await withApp(app);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const [used, code] of recoveryCodes.entries()) {
      expect(await left(app, headers)).toBe(10 - used);
      const signedIn = await recover(app, code);
      expect(await outcome(signedIn)).toBe('done');
      expect(await outcome(await recover(app, code))).toBe('FACTOR_WRONG');
      const me = await (await app.get('/api/auth/me', await renewedBy(signedIn))).json();
      expect(me.session.factors).toEqual(['password', 'recoveryCode']);
    }
    expect(await left(app, headers)).toBe(0);
    expect((await (await app.post('/api/auth/login', ada)).json()).methods).toEqual(['totp']);
  });

  test.each([
    ['as it was shown', (code: string) => code],
    ['in capitals', (code: string) => code.toUpperCase()],
    ['without hyphens', (code: string) => code.replaceAll('-', '')],
    ['with blanks around and in it', (code: string) => `  ${code.replaceAll('-', ' ')}\n`],
    ['in other groups', (code: string) => code.replaceAll('-', '').replaceAll(/.{6}/g, '$&-')],
  ])('are taken %s, and once: another spelling is no other code', async (_how, spelt) => {
    await using app = await testApp();
    const [code = ''] = (await withApp(app)).recoveryCodes;
    expect(await outcome(await recover(app, spelt(code)))).toBe('done');
    expect(await outcome(await recover(app, code))).toBe('FACTOR_WRONG');
    expect(await outcome(await recover(app, code.toUpperCase()))).toBe('FACTOR_WRONG');
  });

  test('are refused that are somebody else’s, cut, or none', async () => {
    await using app = await testApp();
    const [mine] = (await withApp(app)).recoveryCodes;
    const other = await withApp(app, { email: 'eve@example.com' });
    const [theirs = ''] = other.recoveryCodes;
    for (const code of [theirs, mine?.slice(1) ?? '', `${mine}0`, ''])
      expect(await outcome(await recover(app, code))).toBe('FACTOR_WRONG');
    expect(await left(app, other.headers)).toBe(10);
  });

  test.each([
    ['one proof', async (app: TestApp) => Array<string>(50).fill(await pending(app))],
    [
      'fifty proofs',
      async (app: TestApp) => await Promise.all(Array.from({ length: 50 }, async () => await pending(app))),
    ],
  ])('are good for one of fifty at once who show the same, by %s', async (_by, proofsOf) => {
    await using app = await testApp(withoutLimits);
    const { headers, recoveryCodes } = await withApp(app);
    const proofs = await proofsOf(app);
    const { outcomes } = await fiftyAtOnce(async () => await recover(app, recoveryCodes[0], proofs.pop()));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    expect(await left(app, headers)).toBe(9);
  });

  test('are used up by one of two ways at once: at a login, or in a session', async () => {
    await using app = await testApp(withoutLimits);
    const { headers, recoveryCodes } = await withApp(app);
    const [code] = recoveryCodes;
    const proof = await pending(app);
    const factor = { method: 'recoveryCode', code };
    const both = await Promise.all([
      recover(app, code, proof),
      app.post('/api/auth/factors/verify', { factor }, headers),
    ]);
    const outcomes = await Promise.all(both.map(outcome));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  });

  test('are replaced as a set, the used and the others, and every other session ends', async () => {
    await using app = await testApp(withoutLimits);
    const person = await withApp(app);
    const [used, unused] = person.recoveryCodes;
    const elsewhere = await renewedBy(await recover(app, used));
    const before = person.headers;
    const codes = await replaced(app, person);
    expect(new Set([...codes, ...person.recoveryCodes]).size).toBe(20);
    expect(await left(app, person.headers)).toBe(10);
    for (const code of [used, unused]) expect(await outcome(await recover(app, code))).toBe('FACTOR_WRONG');
    expect(await outcome(await recover(app, codes[0]))).toBe('done');
    for (const headers of [elsewhere, before]) expect(await statusOfMe(app, headers)).toBe(401);
    expect(await statusOfMe(app, person.headers)).toBe(200);
  });

  test('are one set, also where fifty ask for new ones at once', async () => {
    await using app = await testApp(withoutLimits);
    const { headers } = await withApp(app);
    const replace = async () => await app.post('/api/auth/recoveryCodes/replace', {}, headers);
    const { outcomes } = await fiftyAtOnce(replace);
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.recoveryCodes)).toHaveLength(10);
  });

  test('are given to nobody without a factor, nor to whose proof is old', async () => {
    await using app = await testApp();
    const { headers } = await signIn(app);
    const refused = await app.post('/api/auth/recoveryCodes/replace', {}, headers);
    expect(await refused.json()).toMatchObject({ reason: 'SECOND_FACTOR_NEEDED', methods: [] });
    const person = await withApp(app);
    app.clock.forward(hours(1));
    expect(await outcome(await app.post('/api/auth/recoveryCodes/replace', {}, person.headers))).toBe('VERIFY_AGAIN');
  });

  test('go with the last factor, and are other ones with the next', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const disabled = await app.post('/api/auth/totp/disable', {}, person.headers);
    const headers = await renewedBy(disabled);
    expect(await left(app, headers)).toBe(0);
    const { secret } = await (await app.post('/api/auth/totp/enrol', {}, headers)).json();
    const again = await app.post('/api/auth/totp/confirm', { code: codesOf(app, secret)() }, headers);
    expect((await again.json()).recoveryCodes).toHaveLength(10);
    expect(await outcome(await recover(app, person.recoveryCodes[0]))).toBe('FACTOR_WRONG');
  });

  test('are in no table and no log as they are, nor in any answer but the first', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    const answers = [
      await app.get('/api/auth/factors/list', person.headers),
      await app.get('/api/auth/account/export', person.headers),
      await app.get('/api/auth/account/events', person.headers),
      await recover(app, person.recoveryCodes[9]),
      await recover(app, person.recoveryCodes[9]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 403]);
    const told = await Promise.all(answers.map(async (answer) => await answer.text()));
    const mails = JSON.stringify(await app.mails());
    const text = [await dump(app), app.logged(), mails, ...told].join('\n').toLowerCase();
    for (const code of person.recoveryCodes)
      for (const one of [...variants(code), ...variants(code.replaceAll('-', ''))]) expect(text).not.toContain(one);
    // It would notice.
    const { orm, tables } = await app.db();
    const [code = ''] = person.recoveryCodes;
    await orm.update(tables.users).set({ name: code });
    expect(await dump(app)).toContain(code);
  });
});
