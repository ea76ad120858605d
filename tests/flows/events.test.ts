import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import { eventKinds } from '../../server/features/events/contract.ts';
import type { EventOf } from '../../server/features/events/contract.ts';
import { schedule } from '../../server/jobs/schedule.ts';
import { days, minutes } from '../../server/kernel/clock.ts';
import { counts } from '../support/database.ts';
import { entriesOf } from '../support/log-entries.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Every event, by its time and kind. */
async function eventsOf(app: TestApp) {
  const { orm, tables } = await app.db();
  const rows = await orm.select().from(tables.events).orderBy(tables.events.createdAt, tables.events.kind);
  return rows.map(({ data, ...event }) => ({ ...event, data: JSON.parse(data) as Record<string, unknown> }));
}

/** The jobs of listeners. */
async function jobsOf(app: TestApp) {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.jobs)).filter(({ kind }) => kind !== 'mail' && kind !== 'notice');
}

const kindsOf = async (app: TestApp): Promise<string[]> => (await eventsOf(app)).map(({ kind }) => kind);

/** Registers, and returns the user and a token of theirs. */
async function register(app: TestApp, fields: object = ada): Promise<{ userId: string; token: string }> {
  const answer = await app.post('/api/auth/register', { ...fields, deliver: 'token' });
  const { user, token } = (await answer.json()) as { user: { id: string }; token: string };
  return { userId: user.id, token };
}

const logOut = async (app: TestApp, token: string): Promise<number> =>
  (await app.post('/api/auth/logout', {}, { authorization: `Bearer ${token}` })).status;

describe('an event', () => {
  test('is stored of every registration, sign-in and logout, with whose it is and when', async () => {
    await using app = await testApp();
    const at = app.clock.now();
    const { userId, token } = await register(app);
    app.clock.forward(1);
    await app.post('/api/auth/login', ada);
    app.clock.forward(1);
    await logOut(app, token);

    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const stored = await eventsOf(app);
    const address = expect.stringMatching(/^2001:db8:/);
    const after = (milliseconds: number) => ({
      id: uuid,
      userId,
      address,
      createdAt: new Date(at.getTime() + milliseconds),
    });
    const session = stored[0]?.data['sessionId'];
    const started = (sessionId: unknown) => ({
      sessionId,
      factors: ['password'],
      failuresBefore: 0,
      browser: null,
      system: null,
    });
    expect(stored).toEqual([
      { ...after(0), kind: 'session.started', sessionId: session, data: started(session) },
      { ...after(0), kind: 'user.registered', sessionId: session, data: {} },
      { ...after(1), kind: 'session.started', sessionId: uuid, data: started(uuid) },
      { ...after(2), kind: 'session.ended', sessionId: session, data: { sessionId: session, by: 'logout' } },
    ]);
    expect(await counts(app)).toEqual({ users: 1, sessions: 1 });
  });

  test('is not there where nothing happened: a wrong password, an address that is taken, a page that keeps no session', async () => {
    await using app = await testApp();
    await register(app);
    const before = await kindsOf(app);
    await app.post('/api/auth/login', { ...ada, password: 'wrong horse battery' });
    await app.post('/api/auth/register', ada);
    await app.post('/api/auth/login', ada, { origin: 'https://elsewhere.example' });
    await logOut(app, 'A'.repeat(43));
    expect(await kindsOf(app)).toEqual(before);
  });

  test('2.3.4 of one change is one, however many try to make it at once', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const sameAddress = Array.from({ length: 20 }, async () => await app.post('/api/auth/register', ada));
    const registered = (await Promise.all(sameAddress)).map(({ status }) => status);
    expect(registered.toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { token } = await (await app.post('/api/auth/login', { ...ada, deliver: 'token' })).json();
    const ended = await Promise.all(Array.from({ length: 20 }, async () => await logOut(app, token)));
    expect(ended.toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 401)]);

    const kinds = await kindsOf(app);
    expect(kinds.toSorted()).toEqual(['session.ended', 'session.started', 'session.started', 'user.registered']);
  });

  test('outlives its account, and names it no more', async () => {
    await using app = await testApp();
    const { userId } = await register(app);
    const { orm, tables } = await app.db();
    await orm.delete(tables.users).where(eq(tables.users.id, userId));
    expect(await eventsOf(app)).toMatchObject([
      { kind: 'session.started', userId: null },
      { kind: 'user.registered', userId: null },
    ]);
  });

  test('is kept for a year, and then removed', async () => {
    await using first = await testApp();
    await register(first);
    first.clock.forward(days(365) - minutes(1));
    await register(first, { ...ada, email: 'eve@example.com' });
    const again = { database: first.database, clock: first.clock };
    await using early = await testApp(again);
    expect(await kindsOf(early)).toHaveLength(4);
    first.clock.forward(minutes(1));
    await using late = await testApp(again);
    // The start does not wait for it.
    await expect.poll(async () => await kindsOf(late)).toHaveLength(2);
  });

  test('says nothing of what its kind does not list, so nothing personal', () => {
    const { 'session.ended': kind } = eventKinds;
    const said = { sessionId: '0197a7a8-0000-7000-8000-000000000001', by: 'logout' };
    expect(kind.parse({ ...said, email: ada.email, kind: 'session.ended' })).toEqual(said);
  });
});

describe('a listener', () => {
  test('of a kind that there is not is refused, with the kinds that there are', async () => {
    await using app = await testApp();
    const on: (kind: never, listener: () => void) => void = app.auth.on;
    // @ts-expect-error as one writes it without a compiler
    expect(() => on('user.registred', () => {})).toThrow(/no event “user.registred”. There are: user.registered, /);
    // @ts-expect-error what every object has is no kind
    expect(() => on('toString', () => {})).toThrow('no event “toString”');
  });

  test('hears of what happened, once it has, as often as it happened', async () => {
    await using app = await testApp();
    const heard: unknown[] = [];
    app.auth.on('user.registered', async (event) => void heard.push(event));
    app.auth.on('session.ended', (event) => void heard.push(event));
    const { userId, token } = await register(app);
    await app.auth.runJobs();
    const [started, registered] = await eventsOf(app);
    const at = app.clock.now();
    expect(heard).toEqual([{ id: registered?.id, kind: 'user.registered', at, userId }]);

    await logOut(app, token);
    await app.auth.runJobs();
    expect(heard.slice(1)).toEqual([
      {
        id: expect.any(String),
        kind: 'session.ended',
        at,
        userId,
        sessionId: started?.data['sessionId'],
        by: 'logout',
      },
    ]);
    expect(await jobsOf(app)).toEqual([]);
  });

  test('hears of it without anybody asking', async () => {
    await using app = await testApp();
    const heard = new Promise<EventOf<'user.registered'>>((resolve) => {
      app.auth.on('user.registered', (event) => resolve(event));
    });
    const { userId } = await register(app);
    expect(await heard).toMatchObject({ kind: 'user.registered', userId });
  });

  test('hears of an account that is gone by then', async () => {
    await using app = await testApp();
    const heard: unknown[] = [];
    let isReady = false;
    app.auth.on('user.registered', (event) => {
      if (!isReady) throw new Error('Not yet');
      heard.push(event.userId);
    });
    const { userId } = await register(app);
    await app.auth.runJobs();
    const { orm, tables } = await app.db();
    await orm.delete(tables.users);
    isReady = true;
    app.clock.forward(schedule.delays[0]);
    await app.auth.runJobs();
    expect(heard).toEqual([userId]);
  });

  test('that is slow makes no request wait, and none that throws makes one fail', async () => {
    await using app = await testApp();
    const ending = Promise.withResolvers<void>();
    app.auth.on('user.registered', async () => await ending.promise);
    app.auth.on('session.started', () => {
      throw new Error('Not today');
    });
    const { token } = await register(app);
    for (let login = 0; login < 5; login += 1) expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(await logOut(app, token)).toBe(200);
    expect((await jobsOf(app)).map(({ kind }) => kind)).toContain('event.user.registered');
    await expect.poll(() => entriesOf(app).filter(({ event }) => event === 'job.failed').length).toBe(6);
    ending.resolve();
    await app.auth.runJobs();
  });

  test('that throws hears it again, and with it all others of its kind, with the same id', async () => {
    await using app = await testApp();
    const heard: string[] = [];
    let isBroken = true;
    app.auth.on('user.registered', ({ id }) => {
      heard.push(`first ${id}`);
      if (isBroken) throw new Error('Not today');
    });
    app.auth.on('user.registered', ({ id }) => void heard.push(`second ${id}`));
    await register(app);
    await app.auth.runJobs();
    const id = (await eventsOf(app)).find(({ kind }) => kind === 'user.registered')?.id;
    expect(heard).toEqual([`first ${id}`, `second ${id}`]);

    isBroken = false;
    app.clock.forward(schedule.delays[0]);
    await app.auth.runJobs();
    expect(heard.slice(2)).toEqual([`first ${id}`, `second ${id}`]);
    expect(entriesOf(app).filter(({ event }) => event === 'job.failed')).toMatchObject([
      { level: 'warn', kind: 'event.user.registered', attempt: 1, err: { message: 'Not today' } },
    ]);
    expect(await jobsOf(app)).toEqual([]);
  });

  test('hears nothing of what happened before there was one', async () => {
    await using first = await testApp();
    await register(first);
    expect(await jobsOf(first)).toEqual([]);
    await using second = await testApp({ database: first.database });
    const heard: unknown[] = [];
    second.auth.on('user.registered', (event) => void heard.push(event));
    await second.auth.runJobs();
    expect(heard).toEqual([]);
  });
});
