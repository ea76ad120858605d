import { expect, test } from 'vitest';

import { deployed } from '../support/deployed.ts';
import { addressOf } from '../support/process.ts';
import { ada } from '../support/test-app.ts';
import { asAdmin } from '../support/test-database.ts';

test('the role that serves changes no tables, and does everything else once the owner has made them', async () => {
  await using deployment = await deployed();
  await using early = deployment.start('latchkey-1');
  expect((await early.ended).code).not.toBe(0);
  expect(early.printed()).toContain('may not be used by this user');

  await using migration = deployment.start('migrate');
  expect((await migration.ended).code).toBe(0);
  expect(migration.printed()).toMatch(/postgres:\/\/127\.0\.0\.1:\d+\/latchkey is up to date\.\n$/);

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
  for (const statement of ['drop table latchkey.users', 'create table latchkey.x ()', 'create schema x'])
    await expect(asAdmin(asServer, async (client) => await client.query(statement))).rejects.toThrow(
      /must be owner|permission denied/,
    );
});
