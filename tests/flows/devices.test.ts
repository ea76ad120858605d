import { describe, expect, test } from 'vitest';

import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { stored } from '../support/database.ts';
import { fiftyAtOnce, outcome, signIn, statusOfMe } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com' };

async function listed(app: TestApp, { headers }: SignedIn) {
  const answer = await app.get('/api/auth/sessions/list', headers);
  return ((await answer.json()) as { sessions: Record<string, unknown>[] }).sessions;
}

const revoke = async (app: TestApp, { headers }: SignedIn, id: string): Promise<Response> =>
  await app.post('/api/auth/sessions/revoke', { id }, headers);

const revokeOthers = async (app: TestApp, { headers }: SignedIn): Promise<Response> =>
  await app.post('/api/auth/sessions/revokeOthers', {}, headers);

async function eventsOf(app: TestApp, kind: string) {
  const { orm, tables } = await app.db();
  const rows = await orm.select().from(tables.events);
  return rows
    .filter((event) => event.kind === kind)
    .map(({ userId, sessionId, data }) => ({ userId, actor: sessionId, ...(JSON.parse(data) as object) }));
}

/** Calls in the process, in step: each of several at once is let in before any of them changes something. */
function callerOf({ auth, url }: TestApp, { headers }: SignedIn) {
  const context = auth.createContext({ req: new Request(url, { headers }), resHeaders: new Headers() });
  return auth.router.createCaller(context).sessions;
}

const doneOf = (settled: PromiseSettledResult<unknown>[]): number =>
  settled.filter(({ status }) => status === 'fulfilled').length;

describe('the list of sessions', () => {
  test('7.5.2 people see where they are signed in: the device, from where, and when, the one used last first', async () => {
    await using app = await testApp();
    const at = app.clock.now();
    const first = await signIn(app, {}, { 'x-forwarded-for': '203.0.113.9' });
    app.clock.forward(minutes(1));
    const second = await signIn(app, {}, { 'user-agent': 'curl/8.5.0', 'x-forwarded-for': '2001:db8::7' });
    app.clock.forward(hours(2));
    // Its use is written down, not waited for.
    await expect
      .poll(async () => (await listed(app, first)).map(({ id }) => id))
      .toEqual([first.sessionId, second.sessionId]);

    const later = (milliseconds: number) => new Date(at.getTime() + milliseconds).toISOString();
    const month = hours(24 * 30);
    expect(await listed(app, first)).toEqual([
      {
        id: first.sessionId,
        isCurrent: true,
        browser: 'Firefox 152',
        system: 'Linux',
        address: '203.0.113.9',
        factors: ['password'],
        createdAt: later(0),
        lastSeenAt: later(minutes(1) + hours(2)),
        verifiedAt: later(0),
        expiresAt: later(month),
      },
      {
        id: second.sessionId,
        isCurrent: false,
        browser: null,
        system: null,
        address: '2001:db8::7',
        factors: ['password'],
        createdAt: later(minutes(1)),
        lastSeenAt: later(minutes(1)),
        verifiedAt: later(minutes(1)),
        expiresAt: later(minutes(1) + month),
      },
    ]);
  });

  test('7.5.2 it shows no token and no hash of one, and nothing of anybody else', async () => {
    await using app = await testApp();
    const [mine] = [await signIn(app), await signIn(app, eve)];
    const text = await (await app.get('/api/auth/sessions/list', mine.headers)).text();
    const { sessions } = await stored(app);
    for (const { tokenHash } of sessions) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(text).not.toContain(tokenHash.toString(encoding));
    }
    expect(text).not.toContain(mine.headers['authorization']?.replace('Bearer ', ''));
    expect(text).not.toMatch(/hash|token/i);
    expect((await listed(app, mine)).map(({ id }) => id)).toEqual([mine.sessionId]);
  });

  test('it has none that is over, by its age or for want of use, though it was not removed yet', async () => {
    await using app = await testApp({ env: { SESSION_LIFETIME_SECONDS: '7200', SESSION_IDLE_SECONDS: '3600' } });
    await signIn(app);
    app.clock.forward(minutes(59));
    const idle = await signIn(app);
    app.clock.forward(minutes(1));
    const current = await signIn(app);
    expect((await listed(app, current)).map(({ id }) => id)).toEqual([current.sessionId, idle.sessionId]);
    const { orm, tables } = await app.db();
    await orm.update(tables.sessions).set({ lastSeenAt: app.clock.now() });
    app.clock.forward(hours(1) - seconds(1));
    await orm.update(tables.sessions).set({ lastSeenAt: app.clock.now() });
    expect(await listed(app, current)).toHaveLength(3);
    app.clock.forward(seconds(1));
    expect((await listed(app, current)).map(({ id }) => id).toSorted()).toEqual(
      [current.sessionId, idle.sessionId].toSorted(),
    );
    expect((await stored(app)).sessions).toHaveLength(3);
  });

  test('it is for nobody who is not signed in', async () => {
    await using app = await testApp();
    expect(await outcome(await app.get('/api/auth/sessions/list'))).toBe('NOT_SIGNED_IN');
    expect(await outcome(await app.get('/api/auth/sessions/list', { authorization: 'Bearer x' }))).toBe(
      'SESSION_ENDED',
    );
  });
});

describe('revoking a session', () => {
  test('7.5.2 people end one of their sessions, at once and no other, and it is told whose session did it', async () => {
    await using app = await testApp();
    const [here, lost, third] = [await signIn(app), await signIn(app), await signIn(app)];
    const answer = await revoke(app, here, lost.sessionId.toUpperCase());
    expect(await answer.json()).toEqual({ status: 'revoked' });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await statusOfMe(app, lost.headers)).toBe(401);
    expect([await statusOfMe(app, here.headers), await statusOfMe(app, third.headers)]).toEqual([200, 200]);
    expect(await eventsOf(app, 'session.ended')).toEqual([
      { userId: here.userId, actor: here.sessionId, sessionId: lost.sessionId, by: 'revoked' },
    ]);
  });

  test('of one’s own signs out, and clears the cookie', async () => {
    await using app = await testApp();
    const here = await signIn(app, { carrier: 'cookie' });
    const answer = await revoke(app, here, here.sessionId);
    expect(await answer.json()).toEqual({ status: 'signedOut' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^latchkey_session=; Max-Age=0;/);
    expect(await statusOfMe(app, here.headers)).toBe(401);
  });

  test('8.2.2 of somebody else is refused like one that there is not, word for word, and ends nothing', async () => {
    await using app = await testApp();
    const [mine, hers] = [await signIn(app, eve), await signIn(app)];
    const texts = [];
    for (const id of [hers.sessionId, newId(), hers.userId, mine.userId]) {
      const answer = await revoke(app, mine, id);
      const { requestId, ...said } = await answer.json();
      expect([answer.status, typeof requestId]).toEqual([404, 'string']);
      texts.push(JSON.stringify(said));
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('SESSION_UNKNOWN');
    expect(await statusOfMe(app, hers.headers)).toBe(200);
    expect(await eventsOf(app, 'session.ended')).toEqual([]);
  });

  test('2.3.4 of 50 who end one session at once, one does', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const [here, lost] = [await signIn(app), await signIn(app)];
    const { outcomes } = await fiftyAtOnce(async () => await revoke(app, here, lost.sessionId));
    expect(outcomes).toEqual([...Array(49).fill('SESSION_UNKNOWN'), 'done']);
    expect(await eventsOf(app, 'session.ended')).toHaveLength(1);
  });

  test('2.3.4 of two sessions that end each other at the same moment one stays', async () => {
    await using app = await testApp();
    for (let round = 0; round < 10; round += 1) {
      const [one, other] = [await signIn(app), await signIn(app)];
      const both = [
        callerOf(app, one).revoke({ id: other.sessionId }),
        callerOf(app, other).revoke({ id: one.sessionId }),
      ];
      expect(doneOf(await Promise.allSettled(both))).toBe(1);
      const left = [await statusOfMe(app, one.headers), await statusOfMe(app, other.headers)];
      expect(left.toSorted()).toEqual([200, 401]);
    }
  });
});

describe('revoking all other sessions', () => {
  test('7.5.2 people end all their sessions but this one, which is told once however many there were', async () => {
    await using app = await testApp();
    const here = await signIn(app);
    const others = [await signIn(app), await signIn(app), await signIn(app)];
    const hers = await signIn(app, eve);
    expect(await (await revokeOthers(app, here)).json()).toEqual({ status: 'revoked', count: 3 });
    for (const { headers } of others) expect(await statusOfMe(app, headers)).toBe(401);
    expect([await statusOfMe(app, here.headers), await statusOfMe(app, hers.headers)]).toEqual([200, 200]);
    expect(await eventsOf(app, 'user.sessionsEnded')).toEqual([
      { userId: here.userId, actor: here.sessionId, by: 'owner' },
    ]);
    expect(await eventsOf(app, 'session.ended')).toEqual([]);
    expect(await (await revokeOthers(app, here)).json()).toEqual({ status: 'revoked', count: 0 });
  });

  test('2.3.4 of many sessions that end all others at the same moment exactly one stays', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const all = [];
    for (let device = 0; device < 8; device += 1) all.push(await signIn(app));
    const calls = await Promise.allSettled(all.map(async (one) => await callerOf(app, one).revokeOthers()));
    expect(doneOf(calls)).toBe(1);
    expect((await stored(app)).sessions).toHaveLength(1);
  });
});

describe('how many sessions there may be', () => {
  /** So many sessions of somebody, each used a minute after the one before, from now on. */
  async function fill(app: TestApp, { userId }: SignedIn, count: number): Promise<string[]> {
    const { orm, tables } = await app.db();
    const [one] = (await stored(app)).sessions.filter((session) => session.userId === userId);
    if (!one) throw new Error('no session');
    const rows = Array.from({ length: count }, (_, index) => ({
      ...one,
      id: newId(),
      tokenHash: Buffer.from(`session ${index} of ${userId}`.padEnd(32).slice(0, 60)),
      lastSeenAt: new Date(app.clock.now().getTime() + minutes(index + 1)),
    }));
    await orm.insert(tables.sessions).values(rows);
    return rows.map(({ id }) => id);
  }

  const idsOf = async (app: TestApp, { userId }: SignedIn): Promise<string[]> =>
    (await stored(app)).sessions.filter((session) => session.userId === userId).map(({ id }) => id);

  test('7.1.2 a person has 100 sessions at most: a sign-in beyond ends the one used longest ago, and no other', async () => {
    await using app = await testApp();
    const hers = await signIn(app, eve);
    await fill(app, hers, 99);
    const first = await signIn(app);
    const filled = await fill(app, first, 98);
    app.clock.forward(minutes(200));
    const hundredth = await signIn(app);
    expect(await idsOf(app, first)).toHaveLength(100);
    const next = await signIn(app);
    expect((await idsOf(app, first)).toSorted()).toEqual([...filled, hundredth.sessionId, next.sessionId].toSorted());
    expect(await statusOfMe(app, first.headers)).toBe(401);
    expect(await idsOf(app, hers)).toHaveLength(100);
  });

  test('7.1.2 a sign-in is never the one that ends, though others were used later, by a clock that was ahead', async () => {
    await using app = await testApp();
    const first = await signIn(app);
    await fill(app, first, 150);
    const next = await signIn(app);
    expect(await statusOfMe(app, next.headers)).toBe(200);
    expect(await idsOf(app, first)).toHaveLength(100);
  });

  test('7.1.2 so it is of 50 who sign in at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const first = await signIn(app);
    await fill(app, first, 90);
    const { outcomes } = await fiftyAtOnce(async () => await app.post('/api/auth/login', ada));
    expect(outcomes.filter((one) => one === 'done').length).toBeGreaterThan(30);
    expect(await idsOf(app, first)).toHaveLength(100);
  });
});
