import { expect, test } from 'vitest';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { deployed, rolesWithoutPasswords } from '../support/deployed.ts';
import { startCluster } from '../support/postgres-cluster.ts';
import { addressOf } from '../support/process.ts';
import { ada } from '../support/test-app.ts';
import { asAdmin, onDatabase } from '../support/test-database.ts';

test('the role that serves changes no tables, and does everything else once the owner has made them', async () => {
  await using deployment = await deployed();
  await using early = deployment.start('latchkey-1');
  expect((await early.ended).code).not.toBe(0);
  expect(early.printed()).toContain('may not be used by this user');

  await using migration = deployment.start('migrate');
  expect((await migration.ended).code).toBe(0);
  expect(migration.printed()).toMatch(
    /postgres:\/\/127\.0\.0\.1:\d+\/latchkey is up to date\. Migrations applied: \d+\.\n$/,
  );

  await using server = deployment.start('latchkey-1');
  const url = await addressOf(server);
  const call = async (path: string, body: unknown, headers = {}) =>
    await fetch(`${url}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { token } = await (await call('register', { ...ada, deliver: 'token' })).json();
  expect((await call('login', ada)).status).toBe(200);
  expect((await call('logout', {}, { authorization: `Bearer ${token}` })).status).toBe(200);

  const asServer = deployment.database.replace('postgres@', 'latchkey_server@');
  const forbidden = [
    'drop table latchkey.users',
    'create table latchkey.x ()',
    'create schema x',
    'create temporary table x ()',
    'delete from latchkey.latchkey_migrations',
    "insert into latchkey.latchkey_migrations (hash, created_at) values ('later', 9999999999999)",
  ];
  for (const statement of forbidden)
    await expect(asAdmin(asServer, async (client) => await client.query(statement))).rejects.toThrow(
      /must be owner|permission denied/,
    );
});

test('the roles may be made again at any time, also where there are tables already', async () => {
  await using cluster = await startCluster({ fsync: 'off' });
  const admin = onDatabase(cluster.url, 'latchkey');
  await asAdmin(cluster.url, async (client) => {
    await client.query('create role latchkey_owner login');
    await client.query('create database latchkey owner latchkey_owner');
  });
  const urlOf = (user: string): string => admin.replace('postgres@', `${user}@`);
  const options = { poolSize: 1, log: { warn: () => {} } };
  await (await openPostgres(urlOf('latchkey_owner'), options)).close();
  for (let time = 0; time < 2; time += 1)
    await asAdmin(admin, async (client) => await client.query(rolesWithoutPasswords));
  const db = await openPostgres(urlOf('latchkey_server'), options);
  expect(await db.orm.select().from(db.tables.users)).toEqual([]);
  await db.close();
  const superusers = await asAdmin(
    admin,
    async (client) => await client.query('select rolname from pg_roles where rolsuper'),
  );
  expect(superusers.rows).toEqual([{ rolname: 'postgres' }]);
});
