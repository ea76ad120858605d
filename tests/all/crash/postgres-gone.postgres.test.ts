import { chmodSync } from 'node:fs';

import { expect, test } from 'vitest';

import { openPostgres } from '../../../server/db/open-postgres.ts';
import { startAskingCluster } from '../../support/asking-cluster.ts';
import { startCluster } from '../../support/postgres-cluster.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { asAdmin, terminateOthers } from '../../support/test-database.ts';

const open = async (url: string) => await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });

const busyBecause = (message: string) => ({ refusal: { reason: 'BUSY' }, cause: { message } });

test('a server whose password was changed is busy until it has the right one', async () => {
  await using cluster = await startAskingCluster();
  const db = await open(cluster.urlWith('ada:first'));
  await db.ping();
  await asAdmin(cluster.url, async (client) => {
    await client.query("alter role ada password 'second'");
    await client.query(terminateOthers);
  });
  await db.ping().catch(() => {});
  await expect(db.ping()).rejects.toMatchObject(busyBecause('28P01'));
  await db.close();
});

test.skipIf(process.platform === 'win32')('a PostgreSQL that is gone from its socket does not answer', async () => {
  using folder = temporaryFolder();
  chmodSync(folder.path, 0o777);
  await using cluster = await startCluster({ fsync: 'off', unix_socket_directories: folder.path });
  const socket = cluster.url.replace('127.0.0.1', encodeURIComponent(folder.path));
  const db = await open(socket);
  await db.ping();
  await cluster.crash();
  await db.ping().catch(() => {});
  await expect(db.ping()).rejects.toMatchObject(busyBecause('ENOENT'));
  await expect(open(socket)).rejects.toThrow('does not answer. Start it');
  await cluster.start();
  await db.ping();
  await db.close();
});

test('news are heard again once PostgreSQL is back after a crash', async () => {
  await using cluster = await startCluster();
  const db = await open(cluster.url);
  const heard: (string | null)[] = [];
  db.hear((one) => heard.push(one));
  await expect.poll(() => heard).toEqual([null]);
  heard.length = 0;
  await cluster.crash();
  await cluster.start();
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([null]);
  await db.atomically(({ orm, tables }) => [orm.delete(tables.users)], ['back']);
  await expect.poll(() => heard).toEqual([null, 'back']);
  await db.close();
});
