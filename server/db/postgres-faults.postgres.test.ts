import { expect, test } from 'vitest';

import { asAdmin, blankDatabase, terminateOthers } from '../../tests/support/test-database.ts';
import { openPostgres } from './open-postgres.ts';

const open = async (url: string) => await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });

test('a database that takes no changes is not ready, and no server starts on it', async () => {
  const url = await blankDatabase();
  const db = await open(url);
  const name = new URL(url).pathname.slice(1);
  await asAdmin(url, async (client) => {
    await client.query(`alter database ${name} set default_transaction_read_only = on`);
    await client.query(terminateOthers);
  });
  await db.ping().catch(() => {});
  await expect(db.ping()).rejects.toMatchObject({ refusal: { reason: 'BUSY' }, cause: { message: '25006' } });
  await expect(open(url)).rejects.toThrow('is read-only, a standby perhaps');
  await db.close();
});
