import { expect, test } from 'vitest';

import { takeTurn } from '../../server/jobs/turn.ts';
import { days, minutes, seconds } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

async function rowsOf(app: TestApp) {
  const { orm, tables } = await app.db();
  const [sessions, links, events, jobs, counters] = await Promise.all([
    orm.select().from(tables.sessions),
    orm.select().from(tables.oneTimeTokens),
    orm.select().from(tables.events),
    orm.select().from(tables.jobs),
    orm.select().from(tables.limitCounters),
  ]);
  const ofLimits = counters.filter(({ id }) => !id.startsWith('turn '));
  return {
    sessions: sessions.length,
    links: links.length,
    events: events.length,
    jobs: jobs.length,
    counters: ofLimits.length,
  };
}

async function giveUpAJob(app: TestApp): Promise<void> {
  const { orm, tables } = await app.db();
  const now = app.clock.now();
  const job = { id: newId(), createdAt: now, kind: 'event.user.registered', data: '{}', runAt: now, attempts: 8 };
  await orm.insert(tables.jobs).values({ ...job, failedAt: now });
}

/** The same database by another process, which begins with what is over. */
const restarted = async (app: TestApp, env: Record<string, string> = {}): Promise<TestApp> =>
  await testApp({ database: app.database, clock: app.clock, env });

test('14.2.7 what is over is removed by itself: sessions, links, counts, events and jobs that were given up, each in its time', async () => {
  await using app = await testApp();
  const user = await app.auth.users.create(ada);
  await app.post('/api/auth/login', ada);
  // So that no other job is there.
  await app.mails();
  await app.auth.users.resetLink(user.id);
  await giveUpAJob(app);
  const everything = { sessions: 1, links: 1, events: 2, jobs: 1 };
  expect(await rowsOf(app)).toMatchObject(everything);

  const steps: [number, object][] = [
    [minutes(59), everything],
    [minutes(1), { ...everything, links: 0 }],
    [days(7), { sessions: 0, links: 0, events: 2, jobs: 1 }],
    [days(23), { sessions: 0, links: 0, events: 2, jobs: 0, counters: 0 }],
    [days(335), { sessions: 0, links: 0, events: 0, jobs: 0, counters: 0 }],
  ];
  for (const [pause, left] of steps) {
    app.clock.forward(pause);
    await using late = await restarted(app);
    await expect.poll(async () => await rowsOf(late)).toMatchObject(left);
  }
});

test('events and jobs that were given up are kept as long as the settings say', async () => {
  const env = { EVENTS_KEPT_DAYS: '2', FAILED_JOBS_KEPT_DAYS: '3' };
  await using app = await testApp({ env });
  await app.auth.users.create(ada);
  await app.post('/api/auth/login', ada);
  await app.mails();
  await giveUpAJob(app);
  app.clock.forward(days(2) - minutes(1));
  await using early = await restarted(app, env);
  // Whoever has had a turn is done with it when another can have it.
  await expect.poll(async () => await rowsOf(early)).toMatchObject({ events: 2, jobs: 1 });
  app.clock.forward(minutes(1));
  await using late = await restarted(app, env);
  await expect.poll(async () => await rowsOf(late)).toMatchObject({ events: 0, jobs: 1 });
  app.clock.forward(days(1));
  await using last = await restarted(app, env);
  await expect.poll(async () => await rowsOf(last)).toMatchObject({ events: 0, jobs: 0 });
});

test('a thousand and more are removed in steps', async () => {
  await using app = await testApp();
  const { orm, tables } = await app.db();
  const createdAt = app.clock.now();
  const event = () => ({ id: newId(), createdAt, kind: 'user.deleted', userId: null, data: '{}' });
  for (let time = 0; time < 5; time += 1) await orm.insert(tables.events).values(Array.from({ length: 500 }, event));
  app.clock.forward(days(365));
  await using late = await restarted(app);
  await expect.poll(async () => (await rowsOf(late)).events).toBe(0);
});

test('2.3.4 of many instances at once one alone has the turn', async () => {
  await using app = await testApp();
  const parts = { db: await app.db(), clock: app.clock };
  app.clock.forward(minutes(2));
  const turns = await Promise.all(Array.from({ length: 50 }, async () => await takeTurn(parts, 'purge', seconds(50))));
  expect(turns.filter(Boolean)).toHaveLength(1);
});

test('a turn is had by nobody else while it is prolonged, and by another once its time is over', async () => {
  await using app = await testApp();
  const parts = { db: await app.db(), clock: app.clock };
  const first = await takeTurn(parts, 'test', seconds(50));
  for (let time = 0; time < 3; time += 1) {
    app.clock.forward(seconds(40));
    expect(await takeTurn(parts, 'test', seconds(50))).toBeUndefined();
    expect(await first?.prolong()).toBe(true);
  }
  // It has died.
  app.clock.forward(seconds(50));
  const second = await takeTurn(parts, 'test', seconds(50));
  expect(second).toBeDefined();
  expect(await first?.prolong()).toBe(false);
  expect(await second?.prolong()).toBe(true);
  // What another one may not do now is another thing.
  expect(await takeTurn(parts, 'another', seconds(50))).toBeDefined();
});

test('an instance that begins while another has the turn removes nothing', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  app.clock.forward(days(365));
  const turn = await takeTurn({ db: await app.db(), clock: app.clock }, 'purge', seconds(50));
  expect(turn).toBeDefined();
  const second = await restarted(app);
  await second[Symbol.asyncDispose]();
  expect(await rowsOf(app)).toMatchObject({ sessions: 1, events: 2 });
});
