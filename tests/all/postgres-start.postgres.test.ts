import { expect, test } from 'vitest';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { startAskingCluster } from '../support/asking-cluster.ts';
import { startCluster } from '../support/postgres-cluster.ts';
import { projectFolder, run, withNode } from '../support/process.ts';
import { asAdmin, blankDatabase } from '../support/test-database.ts';

const open = async (url: string) => await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });

test('a start without the password that PostgreSQL wants says where to put it, and ends at once', async () => {
  await using cluster = await startAskingCluster();
  using project = projectFolder();
  const env = { ...withNode(), DATABASE_URL: cluster.urlWith('ada') };
  const started = performance.now();
  await using server = run('node --import ./server/preload.mjs cli/latchkey.ts migrate', { cwd: project.path, env });
  expect((await server.ended).code).toBe(1);
  // PostgreSQL itself would wait for the password for a minute.
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(server.printed()).toContain('asks for a password: put it into DATABASE_URL or PGPASSWORD.');
});

test('a start is refused where the history of migrations is locked', async () => {
  const url = await blankDatabase();
  await (await open(url)).close();
  await asAdmin(url, async (client) => {
    await client.query('begin; lock table latchkey.latchkey_migrations in access exclusive mode');
    await expect(open(url)).rejects.toThrow('is locked by another program');
  });
});

test('a database whose commits do not wait for the disk is used, with a warning', async () => {
  await using cluster = await startCluster({ fsync: 'off' });
  const unsyncedAt = async (url: string): Promise<unknown[]> => {
    const settings: unknown[] = [];
    const log = {
      warn: (entry: object) =>
        void (
          'event' in entry &&
          entry.event === 'database.unsynced' &&
          'setting' in entry &&
          settings.push(entry.setting)
        ),
    };
    await (await openPostgres(url, { poolSize: 1, log })).close();
    return settings;
  };
  expect(await unsyncedAt(cluster.url)).toEqual(['fsync']);
  await asAdmin(cluster.url, async (client) => await client.query('alter role postgres set synchronous_commit = off'));
  expect((await unsyncedAt(cluster.url)).toSorted()).toEqual(['fsync', 'synchronous_commit']);
});
