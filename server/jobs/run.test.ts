import { describe, expect, test } from 'vitest';

import { instances, jobRows, slowWork } from '../../tests/support/job-instances.ts';
import type { Database } from '../db/database.ts';
import { seconds } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { mostAttempts, schedule } from './schedule.ts';

async function leaseLeft({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const [row] = await jobRows(db);
  return (row?.runAt.getTime() ?? 0) - clock.now().getTime();
}

describe('a lease', () => {
  test('keeps others from the work, for as long as it goes on', async () => {
    await using app = await instances(2);
    const [one, other] = app.all;
    const { work, begun, untilBegun } = slowWork();
    for (const { jobs } of app.all) jobs.on('note', work);
    await app.add({ kind: 'note', data: {} });
    const running = one?.jobs.runDue();
    await untilBegun(1);
    // Far longer than the lease at first, and still shorter than what work may take.
    for (let time = 0; time < schedule.mostTime - seconds(20); time += seconds(20)) {
      app.clock.forward(seconds(20));
      void one?.jobs.runDue();
      // As in life, where it has half a minute for that.
      while ((await leaseLeft(app)) < schedule.lease / 2);
      expect(await other?.jobs.runDue()).toBe(0);
    }
    begun[0]?.end();
    expect(await running).toBe(1);
    expect(begun).toHaveLength(1);
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('of a process that is gone is over after a minute: then another does the work', async () => {
    await using app = await instances(2);
    const [dead, other] = app.all;
    const lost = slowWork();
    dead?.jobs.on('note', lost.work);
    const done: number[] = [];
    other?.jobs.on('note', async (_data, { attempt }) => void done.push(attempt));
    await app.add({ kind: 'note', data: {} });
    void dead?.jobs.runDue();
    await lost.untilBegun(1);
    app.clock.forward(schedule.lease - 1);
    expect(await other?.jobs.runDue()).toBe(0);
    app.clock.forward(1);
    expect(await other?.jobs.runDue()).toBe(1);
    expect(done).toEqual([2]);
    expect(await jobRows(app.db)).toEqual([]);
  });

  test('that another has taken over is told to who comes back late, and their end changes nothing', async () => {
    await using app = await instances(2);
    const [late, other] = app.all;
    const [first, second] = [slowWork(), slowWork()];
    late?.jobs.on('note', first.work);
    other?.jobs.on('note', second.work);
    await app.add({ kind: 'note', data: {} });
    const lateRun = late?.jobs.runDue();
    await first.untilBegun(1);
    app.clock.forward(schedule.lease);
    const otherRun = other?.jobs.runDue();
    await second.untilBegun(1);
    app.clock.forward(schedule.lease / 2 - 1);

    void late?.jobs.runDue();
    await lateRun;
    expect(first.begun[0]?.about.signal.aborted).toBe(true);
    const [row] = await jobRows(app.db);
    expect(row).toMatchObject({ attempts: 2, failedAt: null });
    second.begun[0]?.end();
    await otherRun;
    expect(await jobRows(app.db)).toEqual([]);
    expect(app.logged()).toEqual([]);
  });

  test('ends for work that hangs: it has failed, is told so, and makes room', async () => {
    await using app = await instances(1);
    const { work, begun, untilBegun } = slowWork();
    app.jobs.on('note', work);
    await app.add({ kind: 'note', data: {} });
    const running = app.jobs.runDue();
    await untilBegun(1);
    app.clock.forward(schedule.mostTime);
    void app.jobs.runDue();
    await running;
    expect(begun[0]?.about.signal.aborted).toBe(true);
    expect(app.logged()).toMatchObject([{ event: 'job.failed', attempt: 1 }]);
  });

  test('that runs out again and again, because the work kills its process, is given up without another try', async () => {
    await using app = await instances(1);
    let done = 0;
    app.jobs.on('note', async () => void (done += 1));
    await app.add({ kind: 'note', data: {} });
    const { orm, tables } = app.db;
    await orm.update(tables.jobs).set({ attempts: mostAttempts });
    await app.jobs.runDue();
    expect(done).toBe(0);
    expect(app.logged()).toMatchObject([{ level: 'error', event: 'job.givenUp', kind: 'note' }]);
  });
});

describe('a process that stops', () => {
  test('waits for what is under way, and takes no more', async () => {
    await using app = await instances(1);
    const { work, begun, untilBegun } = slowWork();
    app.jobs.on('note', work);
    await app.add({ kind: 'note', data: {} });
    void app.jobs.runDue();
    await untilBegun(1);
    const stopped = app.jobs.stop();
    await app.add({ kind: 'note', data: {} });
    begun[0]?.end();
    await stopped;
    expect(await app.jobs.runDue()).toBe(0);
    expect(await jobRows(app.db)).toHaveLength(1);
  });

  test('leaves what takes too long to another, and writes nothing about it any more', async () => {
    await using app = await instances(2);
    const [stopping, other] = app.all;
    const { work, begun, untilBegun } = slowWork();
    stopping?.jobs.on('note', work);
    let done = 0;
    other?.jobs.on('note', async () => void (done += 1));
    await app.add({ kind: 'note', data: {} });
    void stopping?.jobs.runDue();
    await untilBegun(1);
    await stopping?.jobs.stop(0);
    expect(begun[0]?.about.signal.aborted).toBe(true);
    begun[0]?.end();
    expect(await jobRows(app.db)).toMatchObject([{ attempts: 1, failedAt: null }]);
    app.clock.forward(schedule.lease);
    expect(await other?.jobs.runDue()).toBe(1);
    expect(done).toBe(1);
  });
});
