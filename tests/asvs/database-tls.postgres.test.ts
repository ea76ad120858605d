import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import pg from 'pg';
import { expect, test } from 'vitest';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { startCluster } from '../support/postgres-cluster.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A key and a certificate that nobody has signed but itself; `undefined` where there is no openssl. */
function selfSigned(): Record<'server.key' | 'server.crt', Buffer> | undefined {
  using folder = temporaryFolder();
  const [key, certificate] = [folder.file('server.key'), folder.file('server.crt')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  try {
    execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { 'server.key': readFileSync(key), 'server.crt': readFileSync(certificate) };
}

const files = selfSigned();

test.skipIf(!files)('12.3.2 a database whose certificate nobody vouches for is refused', async () => {
  await using cluster = await startCluster({ ssl: 'on', fsync: 'off' }, files);
  const strict = `${cluster.url}?sslmode=verify-full`;
  const opening = openPostgres(strict, { poolSize: 1, log: { warn: () => {} } });
  await expect(opening).rejects.toThrow(/cannot be reached safely: .*self-signed/);
});

test('12.3.2 what DATABASE_URL says about certificates is not weakened', () => {
  const { ssl } = new pg.Client('postgres://db.example.com/x?sslmode=verify-full');
  expect(ssl).toEqual({});
});
