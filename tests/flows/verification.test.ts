import { describe, expect, test } from 'vitest';

import { minutes, seconds } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { fiftyAtOnce, outcome, renewedBy, signIn, statusOfMe } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const verify = async (app: TestApp, { headers }: Pick<SignedIn, 'headers'>, password: string = ada.password) =>
  await app.post('/api/auth/sessions/verify', { password }, headers);

const me = async (app: TestApp, headers: Record<string, string>) =>
  await (await app.get('/api/auth/me', headers)).json();

/** What needs a fresh proof, and changes nothing where there is nothing to end. */
const needsProof = async (app: TestApp, { headers }: Pick<SignedIn, 'headers'>): Promise<Response> =>
  await app.post('/api/auth/sessions/revokeOthers', {}, headers);

const clearsCookie = (answer: Response): boolean =>
  answer.headers.getSetCookie().some((cookie) => cookie.includes('Max-Age=0'));

describe('showing a password again', () => {
  test.each(['cookie', 'token'] as const)(
    '7.2.4 renews the session: a new token by the way that the old one came (%s), and the old one opens nothing',
    async (carrier) => {
      await using app = await testApp();
      const old = await signIn(app, { carrier });
      app.clock.forward(minutes(3));
      const answer = await verify(app, old);
      const { token, session, status } = await answer.clone().json();
      const before = await me(app, await renewedBy(answer));
      expect(status).toBe('verified');
      expect(session).toEqual({ ...before.session, verifiedAt: app.clock.now().toISOString() });
      expect(session.id).toBe(old.sessionId);

      const renewed = await renewedBy(answer);
      expect(renewed).not.toEqual(old.headers);
      expect(await statusOfMe(app, old.headers)).toBe(401);
      expect(await statusOfMe(app, renewed)).toBe(200);
      // Each gets it by one way only: what a page's scripts could read is no cookie's token.
      expect([token === undefined, answer.headers.getSetCookie().length]).toEqual(
        carrier === 'cookie' ? [true, 1] : [false, 0],
      );
      if (carrier === 'cookie') expect(answer.headers.getSetCookie()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    },
  );

  test('moves no other time of the session, and leaves the sessions of other devices alone', async () => {
    await using app = await testApp();
    const [here, there] = [await signIn(app), await signIn(app)];
    const before = (await stored(app)).sessions.find(({ id }) => id === here.sessionId);
    app.clock.forward(minutes(30));
    await verify(app, here);
    const after = (await stored(app)).sessions.find(({ id }) => id === here.sessionId);
    expect(after).toEqual({
      ...before,
      tokenHash: expect.any(Buffer),
      previousTokenHash: before?.tokenHash,
      verifiedAt: app.clock.now(),
    });
    expect(await statusOfMe(app, there.headers)).toBe(200);
  });

  test('a wrong password is refused, and changes nothing', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    const before = await stored(app);
    expect(await outcome(await verify(app, here, 'wrong horse battery'))).toBe('WRONG_PASSWORD');
    expect(await stored(app)).toEqual(before);
    expect(await statusOfMe(app, here.headers)).toBe(200);
  });

  test('that of somebody else is wrong, though it is right for them', async () => {
    await using app = await testApp();
    await signIn(app, { email: 'eve@example.com', password: 'another correct horse' });
    expect(await outcome(await verify(app, await signIn(app), 'another correct horse'))).toBe('WRONG_PASSWORD');
  });

  test('is for nobody who is not signed in', async () => {
    await using app = await testApp();
    await signIn(app);
    expect(await outcome(await verify(app, { headers: {} }))).toBe('NOT_SIGNED_IN');
    expect(await outcome(await verify(app, { headers: { authorization: 'Bearer x' } }))).toBe('SESSION_ENDED');
  });

  test('6.3.1 whoever has got hold of a session guesses no faster than at a login: it counts as one', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    const outcomes = [];
    for (let guess = 0; guess < 7; guess += 1) outcomes.push(await outcome(await verify(app, here, `guess ${guess}`)));
    expect(outcomes).toEqual([...Array(5).fill('WRONG_PASSWORD'), 'RATE_LIMITED', 'RATE_LIMITED']);
    // Whichever way they guess: the count is one.
    expect(await outcome(await app.post('/api/auth/login', ada))).toBe('RATE_LIMITED');
    expect(await outcome(await verify(app, here))).toBe('RATE_LIMITED');
    app.clock.forward(seconds(2));
    expect(await outcome(await verify(app, here))).toBe('done');
    expect(await outcome(await app.post('/api/auth/login', ada))).toBe('done');
  });

  test('6.3.1 so it is the other way round: who guessed at logins is not let in here', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    for (let guess = 0; guess < 5; guess += 1)
      await app.post('/api/auth/login', { ...ada, password: `guess ${guess}` });
    expect(await outcome(await verify(app, here))).toBe('RATE_LIMITED');
  });

  test('2.3.4 of 50 at once with the same cookie one renews it, and no other takes the new one away', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const here = await signIn(app, { carrier: 'cookie' });
    const { answers, outcomes } = await fiftyAtOnce(async () => await verify(app, here));
    expect(outcomes).toEqual([...Array(49).fill('SESSION_ENDED'), 'done']);
    expect(answers.filter(clearsCookie)).toEqual([]);
    const renewed = answers.find(({ ok }) => ok);
    expect(renewed && (await statusOfMe(app, await renewedBy(renewed)))).toBe(200);
    const { orm, tables } = await app.db();
    const kinds = (await orm.select().from(tables.events)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'session.verified')).toHaveLength(1);
  });

  test('2.3.4 one that is under way while the session is ended brings it back to nobody', async () => {
    await using app = await testApp();
    for (let round = 0; round < 10; round += 1) {
      const here = await signIn(app);
      const [answer] = await Promise.all([verify(app, here), app.auth.users.endSessions(here.userId)]);
      expect((await stored(app)).sessions).toEqual([]);
      if (answer.ok) expect(await statusOfMe(app, await renewedBy(answer))).toBe(401);
    }
  });
});

describe('the cookie of a browser whose session was renewed', () => {
  test('stays where a request with the token of before comes late, which is refused', async () => {
    await using app = await testApp();
    const old = await signIn(app, { carrier: 'cookie' });
    await verify(app, old);
    for (const answer of [
      await app.get('/api/auth/me', old.headers),
      await app.get('/api/auth/sessions/list', old.headers),
      await needsProof(app, old),
      await verify(app, old),
    ]) {
      expect([answer.status, await outcome(answer), clearsCookie(answer)]).toEqual([401, 'SESSION_ENDED', false]);
    }
  });

  test('goes with any other token that is dead: an older one, and that of a session that has ended', async () => {
    await using app = await testApp();
    const oldest = await signIn(app, { carrier: 'cookie' });
    const old = { headers: await renewedBy(await verify(app, oldest)) };
    const newest = await renewedBy(await verify(app, old));
    expect(clearsCookie(await app.get('/api/auth/me', oldest.headers))).toBe(true);
    expect(clearsCookie(await app.get('/api/auth/me', old.headers))).toBe(false);
    await app.post('/api/auth/logout', {}, newest);
    for (const headers of [old.headers, newest, { cookie: `latchkey_session=${'a'.repeat(43)}` }])
      expect(clearsCookie(await app.get('/api/auth/me', headers))).toBe(true);
  });
});

describe('what asks for a fresh proof', () => {
  test('7.5.1 is open right after a sign-in, closed after ten minutes, and opened again by the password', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    app.clock.forward(minutes(10) - 1);
    expect(await outcome(await needsProof(app, here))).toBe('done');
    app.clock.forward(1);
    const refused = await needsProof(app, here);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ reason: 'VERIFY_AGAIN', methods: ['password'] }),
    ]);
    expect(await statusOfMe(app, here.headers)).toBe(200);

    const renewed = { headers: await renewedBy(await verify(app, here)) };
    expect(await outcome(await needsProof(app, renewed))).toBe('done');
    app.clock.forward(minutes(10));
    expect(await outcome(await needsProof(app, renewed))).toBe('VERIFY_AGAIN');
  });

  test('7.5.1 is as long open as configured, and use alone does not keep it open', async () => {
    await using app = await testApp({ env: { VERIFIED_FOR_SECONDS: '60' } });
    const here = await signIn(app);
    app.clock.forward(seconds(59));
    await statusOfMe(app, here.headers);
    expect(await outcome(await needsProof(app, here))).toBe('done');
    app.clock.forward(seconds(1));
    expect(await outcome(await needsProof(app, here))).toBe('VERIFY_AGAIN');
  });

  test('7.5.1 is not opened by the proof of another session of the same person', async () => {
    await using app = await testApp();
    const [here, there] = [await signIn(app), await signIn(app)];
    app.clock.forward(minutes(10));
    await verify(app, there);
    expect(await outcome(await needsProof(app, here))).toBe('VERIFY_AGAIN');
  });
});

test('`me` says when it was last proved who is there, whether the address is known to be read, and the language', async () => {
  await using app = await testApp();
  const here = await signIn(app);
  const at = app.clock.now().toISOString();
  const { user, session } = await me(app, here.headers);
  expect(user).toEqual({
    id: here.userId,
    email: ada.email,
    emailVerified: false,
    name: null,
    locale: null,
    createdAt: at,
  });
  expect(session).toEqual({
    id: here.sessionId,
    createdAt: at,
    factors: ['password'],
    verifiedAt: at,
    factorVerifiedAt: null,
    expiresAt: new Date(app.clock.now().getTime() + minutes(60 * 24 * 30)).toISOString(),
  });
  const { orm, tables } = await app.db();
  await orm.update(tables.users).set({ emailVerifiedAt: app.clock.now(), locale: 'de' });
  expect((await me(app, here.headers)).user).toMatchObject({ emailVerified: true, locale: 'de' });
});
