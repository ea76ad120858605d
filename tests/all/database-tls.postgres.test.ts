import { writeFileSync } from 'node:fs';

import pg from 'pg';
import { expect, test } from 'vitest';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { startCluster } from '../support/postgres-cluster.ts';
import { selfSigned } from '../support/self-signed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const files = selfSigned();

test.skipIf(!files)('12.3.2 a database whose certificate nobody vouches for is refused', async () => {
  await using cluster = await startCluster({ ssl: 'on', fsync: 'off' }, files);
  const strict = `${cluster.url}?sslmode=verify-full`;
  const opening = openPostgres(strict, { poolSize: 1, log: { warn: () => {} } });
  await expect(opening).rejects.toThrow(/cannot be reached safely: .*self-signed/);
});

test.skipIf(!files)('12.3.2 one whose certificate the operator vouches for by sslrootcert is used', async () => {
  await using cluster = await startCluster({ ssl: 'on', fsync: 'off' }, files);
  using folder = temporaryFolder();
  writeFileSync(folder.file('ca.pem'), files?.['server.crt'] ?? '');
  const url = `${cluster.url.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert=${folder.file('ca.pem')}`;
  const database = await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });
  await database.ping();
  await database.close();
});

test('12.3.2 what DATABASE_URL says about certificates is not weakened', () => {
  const { ssl } = new pg.Client('postgres://db.example.com/x?sslmode=verify-full');
  expect(ssl).toEqual({});
});
