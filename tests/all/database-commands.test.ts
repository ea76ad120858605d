import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { newId } from '../../server/kernel/id.ts';
import { installed, startCluster } from '../support/postgres-cluster.ts';
import { projectFolder, root, withNode } from '../support/process.ts';
import { codeOn } from '../support/samples.ts';
import { asAdmin, onDatabase } from '../support/test-database.ts';

// As Better Auth makes them, as far as they matter here.
const ofBetterAuth = `
  create table "user" (id text, name text, email text, "emailVerified" boolean, "createdAt" timestamptz);
  create table account ("userId" text, "providerId" text, password text);
  insert into "user" values ('a', 'Ada', 'ada@example.com', true, '2024-05-31 12:00:00.123456+02');`;

test.skipIf(!installed)('what the documentation types for PostgreSQL does what it says', async () => {
  await using cluster = await startCluster({ fsync: 'off' }, {}, installed);
  using folder = projectFolder();
  symlinkSync(join(root, 'deploy'), folder.file('deploy'), 'junction');
  const { hostname, port } = new URL(cluster.url);
  const admin = onDatabase(cluster.url, 'latchkey');
  const sh = (lines: string): unknown =>
    execFileSync('sh', ['-euc', lines], {
      cwd: folder.path,
      env: {
        PATH: `${installed}:${withNode()['PATH']}`,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: 'postgres',
        OWNER_URL: admin.replace('postgres@', 'latchkey_owner@'),
        OLD_URL: cluster.url,
      },
      stdio: 'pipe',
    });
  const ask = async (sql: string, url = admin): Promise<Record<string, unknown>[]> =>
    await asAdmin(url, async (client) => {
      const results = [await client.query<Record<string, unknown>>(sql)].flat();
      return results.flatMap(({ rows }) => rows);
    });

  sh(codeOn('docs/operating.md', 'createdb latchkey'));
  const asServer = admin.replace('postgres@', 'latchkey_server@');
  expect(await ask('select count(*)::int from latchkey.users', asServer)).toEqual([{ count: 0 }]);

  await ask(codeOn('docs/operating.md', 'alter role'));
  await ask(codeOn('docs/operating.md', 'alter database'));
  expect(
    await ask('show statement_timeout; show lock_timeout; show idle_in_transaction_session_timeout', asServer),
  ).toEqual([{ statement_timeout: '5s' }, { lock_timeout: '2s' }, { idle_in_transaction_session_timeout: '10s' }]);
  expect(await ask('show log_error_verbosity')).toEqual([{ log_error_verbosity: 'terse' }]);

  const id = newId();
  await ask(`insert into latchkey.jobs (id, created_at, kind, data, run_at, attempts, failed_at)
    values ('${id}', now(), 'event.user.registered', '{}', now(), 9, now())`);
  const [look = '', again = '', away = ''] = codeOn('docs/operating.md', 'select id, kind')
    .replaceAll('…', id)
    .split('\n');
  expect(await ask(look)).toMatchObject([{ id, attempts: 9 }]);
  await ask(again);
  expect(await ask('select * from latchkey.jobs')).toMatchObject([{ id, attempts: 0, failed_at: null }]);
  await ask(away);
  expect(await ask('select * from latchkey.jobs')).toEqual([]);

  await ask(`insert into latchkey.signing_keys values ('${id}', now(), 1, now(), '', '')`);
  await ask(codeOn('docs/tokens.md', 'delete from'));
  expect(await ask('select * from latchkey.signing_keys')).toEqual([]);

  await ask(ofBetterAuth, cluster.url);
  sh(codeOn('docs/guides/from-better-auth.md', 'psql "$OLD_URL"'));
  const [line = '', ...more] = readFileSync(folder.file('accounts.jsonl'), 'utf8').trim().split('\n');
  expect([JSON.parse(line).email, more]).toEqual(['ada@example.com', []]);
});
