import { expect, test } from 'vitest';

import { newId } from '../../server/kernel/id.ts';
import { diagnosis } from '../../tests/support/diagnosis.ts';
import { asAdmin, blankDatabase, testDatabase } from '../../tests/support/test-database.ts';

const looked = async (url: string) =>
  (await diagnosis({ env: { DATABASE_URL: url } })).filter(({ check }) => check !== 'database.unsynced');

/** A role that may do what the statements say, and no more. */
async function roleWith(url: string, statements: (role: string) => string): Promise<string> {
  const role = `doctor_${newId().replaceAll('-', '')}`;
  await asAdmin(url, async (client) => {
    await client.query(`create role ${role} login password 'password'; ${statements(role)}`);
  });
  const its = new URL(url);
  [its.username, its.password] = [role, 'password'];
  return its.href;
}

const forget = async (url: string, as: string): Promise<void> => {
  const role = new URL(as).username;
  await asAdmin(url, async (client) => void (await client.query(`drop owned by ${role}; drop role ${role}`)));
};

test('the doctor finds nothing where a role may do what a server does', async () => {
  await using database = await testDatabase();
  expect(await looked(database.url)).toEqual([]);
  const own = await roleWith(
    database.url,
    (role) => `grant usage on schema latchkey to ${role};
      grant select, insert, update, delete on all tables in schema latchkey to ${role}`,
  );
  expect(await looked(own)).toEqual([]);
  await forget(database.url, own);
});

test('the doctor finds a role that may only read', async () => {
  await using database = await testDatabase();
  const own = await roleWith(
    database.url,
    (role) => `grant usage on schema latchkey to ${role}; grant select on all tables in schema latchkey to ${role}`,
  );
  const found = await looked(own);
  expect(found.map(({ state, check }) => [state, check])).toEqual([['fault', 'database.rights']]);
  expect(found[0]?.text).toMatch(/may not insert of latchkey\.users, .* Run deploy\/roles\.sql/);
  await forget(database.url, own);
});

test('the doctor finds a role that may not look at all', async () => {
  await using database = await testDatabase();
  const own = await roleWith(database.url, () => '');
  const found = await looked(own);
  expect(found).toMatchObject([
    { state: 'fault', check: 'database', text: expect.stringContaining('may not be used by this user') },
  ]);
  await forget(database.url, own);
});

test('the doctor finds missing migrations, and whether this role may apply them', async () => {
  const blank = await blankDatabase();
  expect(await looked(blank)).toMatchObject([{ state: 'warning', check: 'database.migrations' }]);
  const own = await roleWith(blank, () => '');
  expect(await looked(own)).toMatchObject([
    { state: 'fault', check: 'database.migrations', text: expect.stringMatching(/0000_first.*may not apply them/) },
  ]);
  await forget(blank, own);
});

test.each([
  ['that is not there', (url: URL) => void (url.pathname = '/nothing'), /does not exist\. Make it with createdb/],
  ['that does not answer', (url: URL) => void (url.port = '1'), /does not answer\. Start it/],
])('the doctor finds a database %s', async (_what, change, words) => {
  const url = new URL(await blankDatabase());
  change(url);
  expect(await looked(url.href)).toMatchObject([
    { state: 'fault', check: 'database', text: expect.stringMatching(words) },
  ]);
});
