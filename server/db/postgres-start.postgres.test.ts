import { describe, expect, test } from 'vitest';

import { asAdmin, blankDatabase, terminateOthers } from '../../tests/support/test-database.ts';
import { migratePostgres } from './migrate-postgres.ts';

describe('a start behind somebody else', () => {
  const advisoryLock = 'select pg_advisory_lock(7465237401)';

  /** What was logged, and how the migration ended. */
  function migrating(url: string, patience: number) {
    const events: unknown[] = [];
    const log = { warn: (entry: object) => void ('event' in entry && events.push(entry.event)) };
    const done = migratePostgres({ connectionString: url }, 'the database', { log, patience });
    return { events, ended: done.then(() => 'done').catch((error: unknown) => error) };
  }

  test('waits for whoever holds the lock, says so, and goes on when it is free', async () => {
    const url = await blankDatabase();
    const { ended, events } = await asAdmin(url, async (client) => {
      await client.query(advisoryLock);
      const one = migrating(url, 20_000);
      for (let looks = 0; !one.events.includes('database.waiting') && looks < 1000; looks += 1)
        await client.query('select pg_sleep(0.01)');
      return one;
    });
    expect(await ended).toBe('done');
    expect(events.filter((event) => event === 'database.waiting')).toHaveLength(1);
  });

  test('does not wait for ever, and says what holds it up', async () => {
    const url = await blankDatabase();
    await asAdmin(url, async (client) => {
      await client.query(advisoryLock);
      expect(await migrating(url, 400).ended).toMatchObject({
        name: 'Unusable',
        message: expect.stringContaining('being migrated by another instance, and that does not end'),
      });
    });
  });

  test('is refused where its connection is lost while it waits', async () => {
    const url = await blankDatabase();
    const { ended } = await asAdmin(url, async (client) => {
      await client.query(advisoryLock);
      const one = migrating(url, 20_000);
      for (let looks = 0; !one.events.includes('database.waiting') && looks < 1000; looks += 1)
        await client.query('select pg_sleep(0.01)');
      await client.query(terminateOthers);
      await one.ended;
      return one;
    });
    expect(await ended).toBeInstanceOf(Error);
  });
});
