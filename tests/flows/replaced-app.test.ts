import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';

import { seconds } from '../../server/kernel/clock.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import { outcome, renewedBy } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { testApp } from '../support/test-app.ts';
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

const codeOf = (app: TestApp, secret: string): string =>
  new TOTP({ secret }).generate({ timestamp: app.clock.now().getTime() });

const secretOf = async (offer: Response): Promise<string> => (await offer.json()).secret;

describe('an authenticator app that is set up while there is one', () => {
  test('takes its place with the first code, and ends every other session', async () => {
    await using before = await testApp();
    const person = await withApp(before);
    const { database, clock } = before;
    await using app = await testApp({ database, clock, env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
    const lost = await prove(app, await pending(app), { method: 'recoveryCode', code: person.recoveryCodes[0] ?? '' });
    const found = { headers: await renewedBy(lost) };
    const secret = await secretOf(await enrol(app, found));
    const answer = await confirm(app, codeOf(app, secret), found);
    expect(await answer.clone().json()).not.toHaveProperty('recoveryCodes');
    expect(await outcome(await enrol(app, person))).toBe('SESSION_ENDED');
    expect(await factorsOf(app, { headers: await renewedBy(answer) })).toMatchObject({ recoveryCodesLeft: 9 });
    app.clock.forward(seconds(30));
    const byOld = await prove(app, await pending(app), { method: 'totp', code: person.code() });
    expect(await outcome(byOld)).toBe('FACTOR_WRONG');
    const byNew = await prove(app, await pending(app), { method: 'totp', code: codeOf(app, secret) });
    expect(await outcome(byNew)).toBe('done');
  });

  test('takes it once, also where the other is removed at the same moment', async () => {
    await using app = await testApp(withoutLimits);
    const person = await withApp(app);
    const code = codesOf(app, await secretOf(await enrol(app, person)))();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        outcome(await (index % 2 === 0 ? confirm(app, code, person) : disable(app, person))),
      ),
    );
    expect(answers.filter((one) => one === 'done')).toHaveLength(1);
    const { orm, tables } = await app.db();
    expect((await orm.select().from(tables.totps)).length).toBeLessThanOrEqual(1);
  });
});
