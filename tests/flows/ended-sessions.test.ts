import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { Refusal } from '../../server/kernel/refusal.ts';
import { stored } from '../support/database.ts';
import { holdBack } from '../support/held-back.ts';
import { adapters, hostApp } from '../support/host-app.ts';
import { askForChange, changeEmail, follow, reasonOf } from '../support/mail-links.ts';
import { signIn } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { registered } from '../support/registered.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Calls in the process, which are closest to each other. */
function callerOf({ auth, url }: TestApp, { headers = {} }: Partial<SignedIn> = {}) {
  const context = auth.createContext({ req: new Request(url, { headers }), resHeaders: new Headers() });
  return auth.router.createCaller(context);
}

/** Does something that may meet others: who is told so comes again. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.refusal.reason !== 'BUSY') throw error;
    await untilDone(work);
  }
}

/** Wants one address after the other, until it is refused; the reason. */
async function wantAddresses(caller: ReturnType<typeof callerOf>): Promise<string> {
  for (let count = 0; ; count += 1) {
    try {
      // One after the other.
      // oxlint-disable-next-line no-await-in-loop
      await caller.email.change({ email: `eve${count}@elsewhere.example` });
      // So that others get a turn, where the database answers without waiting.
      // oxlint-disable-next-line no-await-in-loop
      await setImmediate();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // What met the others, as it may.
      if (error.refusal.reason !== 'BUSY') return error.refusal.reason;
    }
  }
}

const linksOf = async (app: TestApp): Promise<string[]> => {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.oneTimeTokens)).map(({ purpose }) => purpose);
};

/** Ada's account, by two sessions. */
async function twice(app: TestApp): Promise<{ owner: SignedIn; stranger: SignedIn }> {
  const owner = await signIn(app);
  return { owner, stranger: await signIn(app) };
}

describe('a request that was begun while its session was good', () => {
  test.each([
    ['/api/auth/email/change', { email: 'eve@elsewhere.example' }],
    ['/api/auth/account/delete', {}],
    ['/api/auth/account/update', { name: 'Eve' }],
    ['/api/auth/sessions/revokeOthers', {}],
    ['/api/auth/password/change', { currentPassword: ada.password, newPassword: 'of somebody else' }],
    ['/trpc/auth.account.update', { name: 'Eve' }],
    ['/trpc/auth.account.update,auth.account.delete?batch=1', { 0: { name: 'Eve' }, 1: {} }],
  ])('7.4.1 changes nothing once it has ended, though its body was kept back until then: %s', async (path, body) => {
    await using app = await testApp();
    const { owner, stranger } = await twice(app);
    const held = await holdBack(app, { path, body }, stranger.headers);
    expect(await (await app.post('/api/auth/sessions/revokeOthers', {}, owner.headers)).json()).toMatchObject({
      count: 1,
    });
    const before = await stored(app);
    expect(await held.send()).toBe('401 SESSION_ENDED');
    expect(await stored(app)).toEqual(before);
  });

  test.each(['standalone', 'Express', 'Fastify'] as const)(
    '7.4.1 nor does one of a host’s own, on %s',
    async (server) => {
      await using app = await hostApp(adapters[server]);
      const user = await app.auth.users.create(ada);
      const caller = app.router.createCaller({
        ...app.auth.createContext({ req: new Request(app.url), resHeaders: new Headers() }),
        tenant: 'acme',
      });
      const { token } = registered(await caller.auth.login({ ...ada, deliver: 'token' }));
      const headers = { authorization: `Bearer ${token}` };
      const own = { path: '/trpc/deleteAll', body: { json: { really: true } } };
      const held = [
        await holdBack(app, own, headers),
        await holdBack(app, { path: '/trpc/auth.account.delete', body: { json: {} } }, headers),
      ];
      await app.auth.users.endSessions(user.id);
      expect(await Promise.all(held.map(async (one) => await one.send()))).toEqual([
        '401 SESSION_ENDED',
        '401 SESSION_ENDED',
      ]);
      expect(await app.auth.users.find({ email: ada.email })).not.toBeNull();
    },
  );

  test('is told of its session before what is wrong with its body, as one that came at once', async () => {
    await using app = await testApp();
    const { headers } = await signIn(app);
    await app.post('/api/auth/logout', {}, headers);
    for (const body of ['{"name":', { name: 7 }])
      expect((await app.post('/api/auth/account/update', body, headers)).status).toBe(401);
  });
});

describe('a session that goes on asking for another address while it is ended', () => {
  const newPassword = 'a horse of another colour';

  test('2.3.4 by a new password, leaves no link behind', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    for (const email of Array.from({ length: 5 }, (_, round) => `ada${round}@example.com`)) {
      const [owner, stranger] = [await signIn(app, { email }), await signIn(app, { email })];
      const asking = wantAddresses(callerOf(app, stranger));
      const changed = { currentPassword: ada.password, newPassword };
      await untilDone(async () => await callerOf(app, owner).password.change(changed));
      expect(await asking).toBe('SESSION_ENDED');
      expect(await linksOf(app)).toEqual([]);
    }
  });

  test('2.3.4 by whoever undoes a change, leaves none either', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    for (const from of Array.from({ length: 5 }, (_, round) => `ada${round}@example.com`)) {
      await app.auth.users.create({ ...ada, email: from, emailVerified: true });
      const to = `new.${from}`;
      const token = await changeEmail(app, { from, to }, (await signIn(app, { email: from })).headers);
      const stranger = await signIn(app, { email: to });
      const asking = wantAddresses(callerOf(app, stranger));
      await untilDone(async () => await callerOf(app).email.undoChange({ token }));
      expect(await asking).toBe('SESSION_ENDED');
      expect((await linksOf(app)).filter((purpose) => purpose === 'emailChange')).toEqual([]);
      await app.mails();
    }
  });
});

describe('an address that was wanted and is not confirmed yet', () => {
  test.each<[string, (app: TestApp, who: { owner: SignedIn; stranger: SignedIn }) => Promise<unknown>]>([
    [
      'ended by its owner',
      async (app, { owner, stranger }) =>
        await app.post('/api/auth/sessions/revoke', { id: stranger.sessionId }, owner.headers),
    ],
    [
      'one of all others that are',
      async (app, { owner }) => await app.post('/api/auth/sessions/revokeOthers', {}, owner.headers),
    ],
    ['ended by the operator', async (app, { owner }) => await app.auth.users.endSessions(owner.userId)],
  ])('7.4.1 does not become the account’s once the session that wanted it is %s', async (_how, end) => {
    await using app = await testApp();
    const both = await twice(app);
    const token = await askForChange(app, 'eve@elsewhere.example', both.stranger.headers);
    await end(app, both);
    expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('LINK_SPENT');
  });
});
