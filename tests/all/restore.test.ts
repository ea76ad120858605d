import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { sectionOf } from '../support/markdown.ts';
import { installed, startCluster } from '../support/postgres-cluster.ts';
import { root } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { asAdmin, onDatabase } from '../support/test-database.ts';

const commands = [...sectionOf('docs/operating.md', 'Backup and restore').matchAll(/```sh\n(.*?)```/gs)];
const [backUp = '', restore = ''] = commands.map(([, lines]) => lines);

test.skipIf(!installed)('a backup of before takes a database back that a newer version has migrated', async () => {
  await using cluster = await startCluster({ fsync: 'off' }, {}, installed);
  using folder = temporaryFolder();
  const admin = onDatabase(cluster.url, 'latchkey');
  const [owner, server] = ['latchkey_owner@', 'latchkey_server@'].map((user) => admin.replace('postgres@', user));
  const sh = (lines: string): unknown =>
    execFileSync('sh', ['-euc', lines], {
      cwd: folder.path,
      env: { PATH: `${installed}:/usr/bin:/bin`, OWNER_URL: owner },
      stdio: 'pipe',
    });
  const open = async (url = '') => await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });
  await asAdmin(cluster.url, async (client) => {
    await client.query('create database latchkey');
  });
  const makeRoles = `psql '${admin}' --quiet --set ON_ERROR_STOP=1 --file '${root}/deploy/roles.sql'`;
  sh(makeRoles);
  const user = { id: '01890000-0000-7000-8000-000000000000', createdAt: new Date(0), email: 'ada@example.com' };
  const before = await open(owner);
  await before.orm.insert(before.tables.users).values({ ...user, name: null, passwordHash: 'a hash' });
  await before.close();
  sh(backUp);

  await asAdmin(owner ?? '', async (client) => {
    await client.query('create table latchkey.later (user_id uuid references latchkey.users)');
    await client.query("insert into latchkey.latchkey_migrations (hash, created_at) values ('later', 9999999999999)");
    await client.query('delete from latchkey.users');
  });
  await expect(open(server)).rejects.toThrow('newer version');

  sh(`${restore}\n${makeRoles}`);
  const after = await open(server);
  await after.orm.update(after.tables.users).set({ name: 'Ada' });
  expect(await after.orm.select().from(after.tables.users)).toMatchObject([{ ...user, name: 'Ada' }]);
  await after.close();
  await expect(
    asAdmin(server ?? '', async (client) => await client.query('delete from latchkey.latchkey_migrations')),
  ).rejects.toThrow('permission denied');
  const tables = await asAdmin(admin, async (client) => await client.query("select to_regclass('latchkey.later') t"));
  expect(tables.rows).toEqual([{ t: null }]);
});

test.skipIf(!installed)(
  'the passwords of the roles come from the environment, and are in no log of PostgreSQL',
  async () => {
    const rules = 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n';
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o777);
    const logging = { log_statement: 'all', log_min_duration_statement: '0', logging_collector: 'on' };
    const settings = { fsync: 'off', ...logging, log_directory: folder.path, log_filename: 'postgres.log' };
    await using cluster = await startCluster(settings, { 'pg_hba.conf': Buffer.from(rules) }, installed);
    for (const password of ["it's the first", 'and the second']) {
      execFileSync('psql', [cluster.url, '--quiet', '--set', 'ON_ERROR_STOP=1', '--file', `${root}/deploy/roles.sql`], {
        env: { PATH: `${installed}:/usr/bin:/bin`, OWNER_PASSWORD: `${password} owner`, SERVER_PASSWORD: password },
        stdio: 'pipe',
      });
      for (const [user, own] of Object.entries({ latchkey_server: password, latchkey_owner: `${password} owner` })) {
        const url = cluster.url.replace('postgres@', `${user}:${encodeURIComponent(own)}@`);
        expect((await asAdmin(url, async (client) => await client.query('select 1'))).rowCount).toBe(1);
      }
    }
    const logged = readFileSync(folder.file('postgres.log'), 'utf8');
    expect(logged).toContain('create schema if not exists latchkey');
    expect(logged).not.toMatch(/the first|the second/);
  },
);
