import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { instances, jobRows, slowWork } from '../../tests/support/job-instances.ts';
import { sectionOf } from '../../tests/support/markdown.ts';
import type { TestClock } from '../testing/test-clock.ts';
import { minutes } from '../kernel/clock.ts';
import type { Jobs } from './jobs.ts';
import { mostAttempts, schedule } from './schedule.ts';

/** How long until the job is tried again, found by the clock. */
async function untilTried({ clock, jobs }: { clock: TestClock; jobs: Jobs }, delay: number): Promise<number> {
  clock.forward(delay - 1);
  const early = await jobs.runDue();
  clock.forward(1);
  return early === 0 && (await jobs.runDue()) === 1 ? delay : -1;
}

describe('a job', () => {
  test('is written with the change, or not at all', async () => {
    await using app = await instances(1);
    const done: unknown[] = [];
    app.jobs.on('note', async (data) => void done.push(data));
    const user = { id: '0', createdAt: app.clock.now(), email: 'ada@example.com', passwordHash: '-' };
    const change = app.db.atomically((tx) => [
      app.jobs.add(tx, { kind: 'note', data: {} }),
      tx.orm.insert(tx.tables.users).values([
        { ...user, id: '0197a7a8-0000-7000-8000-000000000001' },
        { ...user, id: '0197a7a8-0000-7000-8000-000000000002' },
      ]),
    ]);
    await expect(change).rejects.toThrow('users.email');
    expect(await app.jobs.runDue()).toBe(0);
    expect(await jobRows(app.db)).toEqual([]);

    await app.add({ kind: 'note', data: { page: 7 } });
    expect(await app.jobs.runDue()).toBe(1);
    expect(done).toEqual([{ page: 7 }]);
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('that is due is done by runDue, also where what is under way left no room for it', async () => {
    await using app = await instances(1);
    const { work, begun, untilBegun } = slowWork();
    app.jobs.on('note', async (data, about) =>
      begun.length < schedule.mostOfOneKind ? await work(data, about) : undefined,
    );
    app.jobs.start();
    const count = schedule.mostOfOneKind + 1;
    await app.db.atomically((tx) => Array.from({ length: count }, () => app.jobs.add(tx, { kind: 'note', data: {} })));
    app.jobs.wake();
    await untilBegun(schedule.mostOfOneKind);
    const running = app.jobs.runDue();
    // Its turn has found no room.
    await new Promise(setImmediate);
    for (const { end } of begun) end();
    await running;
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('waits for its time', async () => {
    await using app = await instances(1);
    let done = 0;
    app.jobs.on('later', async () => void (done += 1));
    await app.add({ kind: 'later', data: {}, runAt: new Date(app.clock.now().getTime() + minutes(5)) });
    expect(await untilTried(app, minutes(5))).toBe(minutes(5));
    expect(done).toBe(1);
  });

  test('is left to another process where nobody here does its kind', async () => {
    await using app = await instances(2);
    const done: string[] = [];
    app.all[0]?.jobs.on('here', async () => void done.push('here'));
    app.all[1]?.jobs.on('there', async () => void done.push('there'));
    await app.add({ kind: 'there', data: {} });
    expect(await app.all[0]?.jobs.runDue()).toBe(0);
    expect(await app.all[1]?.jobs.runDue()).toBe(1);
    expect(done).toEqual(['there']);
  });

  test('is begun soon after a wake, without waiting for the poll, and not before the caller goes on', async () => {
    await using app = await instances(1);
    const { work, begun, untilBegun } = slowWork();
    app.jobs.on('note', work);
    app.jobs.start();
    await app.add({ kind: 'note', data: {} });
    app.jobs.wake();
    expect(begun).toHaveLength(0);
    await untilBegun(1);
    begun[0]?.end();
  });

  test('is found by the poll where nobody woke anybody', async () => {
    await using app = await instances(1);
    const { work, begun, untilBegun } = slowWork();
    app.jobs.on('note', work);
    app.jobs.start();
    await app.add({ kind: 'note', data: {} });
    await untilBegun(1);
    begun[0]?.end();
  });

  test('of a kind has one worker', async () => {
    await using app = await instances(1);
    app.jobs.on('note', async () => {});
    expect(() => app.jobs.on('note', async () => {})).toThrow('note');
  });
});

describe('work that fails', () => {
  test('is tried again after delays that grow, and given up after the last', async () => {
    await using app = await instances(1);
    const attempts: number[] = [];
    app.jobs.on('note', async (_data, { attempt }) => {
      attempts.push(attempt);
      throw new Error('Not today');
    });
    await app.add({ kind: 'note', data: { page: 'ada@example.com' } });
    expect(await app.jobs.runDue()).toBe(1);
    for (const delay of schedule.delays) expect(await untilTried(app, delay)).toBe(delay);
    expect(attempts).toEqual(Array.from({ length: mostAttempts }, (_, index) => index + 1));

    const [row] = await jobRows(app.db);
    expect(row?.failedAt).toEqual(app.clock.now());
    app.clock.forward(minutes(60 * 24 * 30));
    expect(await app.jobs.runDue()).toBe(0);

    const logged = app.logged();
    expect(logged.map(({ event, level }) => [level, event])).toEqual([
      ...schedule.delays.map(() => ['warn', 'job.failed']),
      ['error', 'job.givenUp'],
    ]);
    expect(logged.at(-1)).toMatchObject({ jobId: row?.id, kind: 'note', attempt: mostAttempts });
    expect(JSON.stringify(logged)).not.toContain('ada@');
  });

  test('may throw anything', async () => {
    await using app = await instances(1);
    const anything: unknown[] = [null, undefined, 'ada@example.com', { email: 'ada@example.com' }];
    app.jobs.on('note', async (_data, { attempt }) => {
      throw anything[attempt - 1];
    });
    await app.add({ kind: 'note', data: {} });
    for (const delay of [0, ...schedule.delays.slice(0, 3)]) {
      app.clock.forward(delay);
      expect(await app.jobs.runDue()).toBe(1);
    }
    expect(app.logged()).toHaveLength(4);
    expect(JSON.stringify(app.logged())).not.toContain('ada@');
  });

  test('is seen, done again and deleted by hand with the statements on the page for operators', async () => {
    await using app = await instances(1);
    let isFixed = false;
    app.jobs.on('note', async () => {
      if (!isFixed) throw new Error('Not today');
    });
    await app.add({ kind: 'note', data: {} });
    for (const delay of [0, ...schedule.delays]) {
      app.clock.forward(delay);
      await app.jobs.runDue();
    }
    const [, statements = ''] = /```sql\n(.*?)```/s.exec(sectionOf('docs/operating.md', 'Jobs')) ?? [];
    const [look = '', again = '', remove = ''] = statements.trim().split('\n');
    const [id] = await app.sql(look);
    const of = (statement: string): string => statement.replace('…', String(id));
    isFixed = true;
    await app.sql(of(again));
    expect(await app.jobs.runDue()).toBe(1);
    expect(await jobRows(app.db)).toEqual([]);

    await app.add({ kind: 'nobody', data: {} });
    await app.sql(of(remove));
    expect(await jobRows(app.db)).toHaveLength(1);
    const [other] = await jobRows(app.db);
    await app.sql(remove.replace('…', other?.id ?? ''));
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('because its data cannot be read is given up too, and what it read is in no log', async () => {
    await using app = await instances(1);
    app.jobs.on('note', async () => {});
    await app.add({ kind: 'note', data: {} });
    const { orm, tables } = app.db;
    await orm.update(tables.jobs).set({ data: 'ada@example.com', attempts: mostAttempts - 1 });
    expect(await app.jobs.runDue()).toBe(1);
    expect(app.logged()).toMatchObject([{ level: 'error', event: 'job.givenUp' }]);
    expect(JSON.stringify(app.logged())).not.toContain('ada@');
  });
});

describe('many', () => {
  test('are each done by one of three instances, however they race for them', async () => {
    await using app = await instances(3);
    const done = new Map<unknown, number>();
    const underWay = new Set<unknown>();
    for (const { jobs } of app.all) {
      jobs.on('note', async (_data, { id }) => {
        expect(underWay.has(id)).toBe(false);
        underWay.add(id);
        await new Promise((resolve) => setImmediate(resolve));
        underWay.delete(id);
        done.set(id, (done.get(id) ?? 0) + 1);
      });
    }
    await app.db.atomically((tx) =>
      Array.from({ length: 100 }, (_, page) => app.jobs.add(tx, { kind: 'note', data: { page } })),
    );
    const ran = await Promise.all(app.all.map(async ({ jobs }) => await jobs.runDue()));
    expect(ran.reduce((sum, count) => sum + count)).toBe(100);
    expect([...done.values()]).toEqual(Array.from({ length: 100 }, () => 1));
    expect(await jobRows(app.db)).toEqual([]);
    expect(app.logged()).toEqual([]);
  });

  test('of one kind, however slow, leave room for another', async () => {
    await using app = await instances(1);
    const slow = slowWork();
    app.jobs.on('slow', slow.work);
    const quick = slowWork();
    app.jobs.on('quick', quick.work);
    for (let count = 0; count < 20; count += 1) await app.add({ kind: 'slow', data: {} });
    const running = app.jobs.runDue();
    await slow.untilBegun(schedule.mostOfOneKind);
    app.clock.forward(1);
    await app.add({ kind: 'quick', data: {} });
    void app.jobs.runDue();
    await quick.untilBegun(1);
    quick.begun[0]?.end();
    expect(slow.begun).toHaveLength(schedule.mostOfOneKind);
    for (let count = 0; count < 20; count += 1) {
      await slow.untilBegun(count + 1);
      slow.begun[count]?.end();
    }
    expect(await running).toBeGreaterThan(0);
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('of several slow kinds leave room for another, whatever waits behind them', async () => {
    await using app = await instances(1);
    const slow = [slowWork(), slowWork(), slowWork()];
    slow.forEach(({ work }, kind) => app.jobs.on(`slow ${kind}`, work));
    const mail = slowWork();
    app.jobs.on('mail', mail.work);
    for (let count = 0; count < 20; count += 1)
      for (const kind of slow.keys()) await app.add({ kind: `slow ${kind}`, data: {} });
    void app.jobs.runDue();
    for (const { untilBegun } of slow) await untilBegun(schedule.mostOfOneKind);
    app.clock.forward(1);
    await app.add({ kind: 'mail', data: {} });
    // One of the slow ones ends, and there is more of its kind that is older.
    slow[0]?.begun[0]?.end();
    void app.jobs.runDue();
    await mail.untilBegun(1);
    mail.begun[0]?.end();
    for (let count = 0; count < 20; count += 1)
      for (const { begun, untilBegun } of slow) {
        await untilBegun(count + 1);
        begun[count]?.end();
      }
    await app.jobs.runDue();
    expect(await jobRows(app.db)).toEqual([]);
  });
});

describe('what no answer may show', () => {
  test('is done soon, by itself, and not at once', async () => {
    await using app = await instances(1);
    let done = 0;
    app.jobs.later(async () => void (done += 1));
    await Promise.resolve();
    expect(done).toBe(0);
    await expect.poll(() => done).toBe(1);
    await app.jobs.runDue();
    expect(done).toBe(1);
  });

  test('is dropped where the process ends before, and waited for where it has begun', async () => {
    await using app = await instances(1);
    const done: string[] = [];
    const going = Promise.withResolvers<void>();
    app.jobs.later(async () => {
      await going.promise;
      done.push('begun');
    });
    const running = app.jobs.runDue();
    app.jobs.later(async () => void done.push('not begun'));
    const stopped = app.jobs.stop();
    going.resolve();
    await Promise.all([stopped, running]);
    await sleep(400);
    expect(done).toEqual(['begun']);
  });
});
