import { describe, expect, test } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { minutes } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { counts, stored } from '../support/database.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { complete, linkedToken } from '../support/reset-links.ts';
import { scrape, sumOf } from '../support/scrape.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const newPassword = 'a horse of another colour';

const changePassword = async (
  app: TestApp,
  { headers }: Pick<SignedIn, 'headers'>,
  { currentPassword = ada.password, ...fields }: { currentPassword?: string; newPassword?: string } = {},
): Promise<Response> =>
  await app.post('/api/auth/password/change', { currentPassword, newPassword, ...fields }, headers);

const logIn = async (app: TestApp, password: string): Promise<string> =>
  await outcome(await app.post('/api/auth/login', { ...ada, password }));

describe('changing a password', () => {
  test('6.2.2 somebody who is signed in changes their password, and logs in with the new one only', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    expect(await (await changePassword(app, here)).json()).toMatchObject({ status: 'passwordChanged' });
    expect(await logIn(app, ada.password)).toBe('WRONG_CREDENTIALS');
    expect(await logIn(app, newPassword)).toBe('done');
  });

  test('6.2.3 it takes the password of now: a wrong one is refused, and counts as a wrong login', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    const before = await stored(app);
    const guesses = [];
    for (let guess = 0; guess < 6; guess += 1)
      guesses.push(await outcome(await changePassword(app, here, { currentPassword: `guess ${guess}` })));
    expect(guesses).toEqual([...Array(5).fill('WRONG_PASSWORD'), 'RATE_LIMITED']);
    expect(await logIn(app, ada.password)).toBe('RATE_LIMITED');
    expect(await stored(app)).toEqual(before);
    expect(await outcome(await app.post('/api/auth/password/change', { newPassword }, here.headers))).toBe(
      'INPUT_INVALID',
    );
  });

  test('is for nobody who is not signed in, whatever they know', async () => {
    await using app = await testApp();
    await signIn(app);
    expect(await outcome(await changePassword(app, { headers: {} }))).toBe('NOT_SIGNED_IN');
    expect(await outcome(await changePassword(app, { headers: { authorization: 'Bearer x' } }))).toBe('SESSION_ENDED');
    expect(await logIn(app, ada.password)).toBe('done');
  });

  test.each([
    ['short', 'PASSWORD_TOO_SHORT'],
    ['password123', 'PASSWORD_COMMON'],
    ['latchkey2026', 'PASSWORD_GUESSABLE'],
  ])('to one that no registration would take (%s) is refused with %s, and costs no hash', async (weak, reason) => {
    await using app = await testApp();
    const here = await signIn(app);
    const before = app.hashes();
    expect(await outcome(await changePassword(app, here, { newPassword: weak }))).toBe(reason);
    expect(app.hashes()).toBe(before);
  });

  test.each(['cookie', 'token'] as const)(
    '7.4.3 ends every other session at once; the own one goes on under a new token (%s), as one just verified',
    async (carrier) => {
      await using app = await testApp();
      const here = await signIn(app, { carrier });
      const others = [await signIn(app), await signIn(app, { carrier: 'cookie' })];
      const hers = await signIn(app, { email: 'eve@example.com' });
      app.clock.forward(minutes(20));
      const answer = await changePassword(app, here);
      for (const { headers } of [here, ...others]) expect(await statusOfMe(app, headers)).toBe(401);
      expect(await statusOfMe(app, hers.headers)).toBe(200);

      const renewed = await renewedBy(answer);
      const { session } = await (await app.get('/api/auth/me', renewed)).json();
      expect(session).toMatchObject({ id: here.sessionId, verifiedAt: app.clock.now().toISOString() });
      // A late request of the same browser does not take its new cookie away.
      expect((await app.get('/api/auth/me', here.headers)).headers.getSetCookie()).toEqual([]);
    },
  );

  test('ends every link that was under way, but for the one that takes a change of address back', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    const token = await linkedToken(app, ada.email);
    const { orm, tables } = await app.db();
    const [link] = await orm.select().from(tables.oneTimeTokens);
    if (!link) throw new Error('no link');
    const copies = ['passwordReset', 'emailVerification', 'emailChange', 'emailUndo'].map((purpose) => ({
      ...link,
      id: newId(),
      purpose,
      tokenHash: Buffer.from(purpose.padEnd(32)),
    }));
    await orm.insert(tables.oneTimeTokens).values(copies);
    await changePassword(app, here);
    expect((await orm.select().from(tables.oneTimeTokens)).map(({ purpose }) => purpose)).toEqual(['emailUndo']);
    expect(await outcome(await complete(app, token, 'yet another horse'))).toBe('LINK_SPENT');
  });

  test('is one event, by its owner, and counted with the sessions that it ended', async () => {
    await using app = await testApp({ env: { METRICS_PORT: '0' } });
    const here = await signIn(app);
    await signIn(app);
    await signIn(app);
    await changePassword(app, here);
    const { orm, tables } = await app.db();
    const events = (await orm.select().from(tables.events)).filter(({ kind }) => !/started|registered/.test(kind));
    expect(events.map(({ kind, userId, sessionId, data }) => [kind, userId, sessionId, data])).toEqual([
      ['password.changed', here.userId, here.sessionId, '{"by":"owner"}'],
    ]);
    const { samples } = await scrape(app);
    expect(sumOf(samples, 'latchkey_sessions_ended_total', { by: 'owner' })).toBe(2);
  });
});

describe('a change of the password that meets another', () => {
  const ofCost = (cost: number) => createBcryptHasher(cost, bcryptOnNodesPool);

  /** Does something between the moment a password is proved and the moment the change is stored. */
  function meanwhile(work: (app: TestApp) => Promise<unknown>) {
    const real = ofCost(4);
    let target: TestApp | undefined;
    return {
      aim: (app: TestApp) => void (target = app),
      hasher: {
        ...real,
        async verify(...args: Parameters<typeof real.verify>) {
          const isRight = await real.verify(...args);
          const app = target;
          target = undefined;
          if (app) await work(app);
          return isRight;
        },
      },
    };
  }

  test('2.3.4 of 50 at once in one session exactly one succeeds, and its password is the one', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const here = await signIn(app, { carrier: 'cookie' });
    let turn = 0;
    const { answers, outcomes } = await fiftyAtOnce(
      async () => await changePassword(app, here, { newPassword: `${newPassword} ${(turn += 1)}` }),
    );
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    // Whoever came later is told that the session has another token, or that the password is another by now.
    expect(outcomes.filter((one) => !['done', 'SESSION_ENDED', 'WRONG_PASSWORD'].includes(one))).toEqual([]);
    const winner = answers.findIndex(({ ok }) => ok);
    expect(await logIn(app, `${newPassword} ${winner + 1}`)).toBe('done');
    // None of the others has taken the winner's cookie away.
    const cookies = answers.filter(({ ok }) => !ok).flatMap(({ headers }) => headers.getSetCookie());
    expect(cookies).toEqual([]);
  });

  test('2.3.4 of many sessions at once exactly one succeeds, and no other is left', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const all: SignedIn[] = [];
    for (let device = 0; device < 10; device += 1) all.push(await signIn(app));
    const answers = await Promise.all(
      all.map(async (one, index) => await changePassword(app, one, { newPassword: `${newPassword} ${index}` })),
    );
    const winner = answers.findIndex(({ ok }) => ok);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await stored(app)).sessions.map(({ id }) => id)).toEqual([all[winner]?.sessionId]);
    expect(await logIn(app, `${newPassword} ${winner}`)).toBe('done');
  });

  test('2.3.4 logins with the old password that are under way leave no session behind', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const here = await signIn(app);
    const logins = Array.from({ length: 20 }, async () => await app.post('/api/auth/login', ada));
    const [answer] = await Promise.all([changePassword(app, here), ...logins]);
    expect(await outcome(answer)).toBe('done');
    expect((await stored(app)).sessions.map(({ id }) => id)).toEqual([here.sessionId]);
  });

  test('a reset that is quicker wins: the session has ended, and its cookie goes', async () => {
    const race = meanwhile(async (app) => await complete(app, await linkedToken(app, ada.email), 'set by a reset'));
    await using app = await testApp({ hasher: race.hasher });
    const here = await signIn(app, { carrier: 'cookie' });
    race.aim(app);
    const answer = await changePassword(app, here);
    expect(await outcome(answer)).toBe('SESSION_ENDED');
    expect(answer.headers.getSetCookie()[0]).toMatch(/^latchkey_session=; Max-Age=0;/);
    expect(await logIn(app, 'set by a reset')).toBe('done');
    expect(await counts(app)).toEqual({ users: 1, sessions: 1 });
  });

  test('a session that is ended meanwhile changes nothing', async () => {
    const race = meanwhile(async (app) => {
      const [user] = (await stored(app)).users;
      await app.auth.users.endSessions(user?.id ?? '');
    });
    await using app = await testApp({ hasher: race.hasher });
    const here = await signIn(app);
    race.aim(app);
    expect(await outcome(await changePassword(app, here))).toBe('SESSION_ENDED');
    expect(await logIn(app, ada.password)).toBe('done');
  });

  test('a hash that a login has brought up to date meanwhile is told as busy, never as a wrong password', async () => {
    const renewed = await ofCost(4).hash(ada.password);
    const race = meanwhile(async (app) => {
      const { orm, tables } = await app.db();
      await orm.update(tables.users).set({ passwordHash: renewed });
    });
    await using app = await testApp({ hasher: race.hasher });
    const here = await signIn(app);
    race.aim(app);
    expect(await outcome(await changePassword(app, here))).toBe('BUSY');
    expect(await statusOfMe(app, here.headers)).toBe(200);
    expect(await outcome(await changePassword(app, here))).toBe('done');
  });
});
