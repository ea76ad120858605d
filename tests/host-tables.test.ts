import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

import { createAuth } from '../server/create-auth.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const quiet = { log: { info() {}, warn() {}, error() {} } as never };
const tablesIn = (file: string): unknown[] => {
  const client = new Sqlite(file, { readonly: true });
  const names = client.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all();
  client.close();
  return names;
};

function fileOfHost(file: string, sql: string): void {
  const client = new Sqlite(file);
  client.exec(sql);
  client.close();
}

test('the tables stand beside a host’s in its own SQLite file, where the host asks for it', async () => {
  using folder = temporaryFolder();
  const file = folder.file('app.db');
  fileOfHost(file, 'create table posts (id integer primary key, author text); insert into posts values (1, null)');
  await expect(createAuth({ ...quiet, databaseUrl: `file:${file}` })).rejects.toThrow(
    'tables of another program (posts)',
  );

  const auth = await createAuth({ ...quiet, databaseUrl: `file:${file}`, sharesDatabase: true });
  await auth.migrate();
  await auth.close();
  expect(tablesIn(file)).toEqual(expect.arrayContaining(['posts', 'users', 'sessions', 'latchkey_migrations']));

  // Ours from now on, so the server alone and the command line take it as it is.
  const again = await createAuth({ ...quiet, databaseUrl: `file:${file}` });
  await again.ping();
  await again.close();
});

test('a name that is taken in a host’s file is refused with a sentence, before anything is written', async () => {
  using folder = temporaryFolder();
  const file = folder.file('app.db');
  fileOfHost(file, 'create table users (id integer primary key, nick text); create table jobs (id integer)');
  const before = tablesIn(file);
  await expect(createAuth({ ...quiet, databaseUrl: `file:${file}`, sharesDatabase: true })).rejects.toThrow(
    `The database ${file} has tables of these names already: jobs, users. Rename them, or give Latchkey a file of its own.`,
  );
  expect(tablesIn(file)).toEqual(before);
});

test('where the tables were not made yet, what fails says which call is missing', async () => {
  using folder = temporaryFolder();
  const auth = await createAuth({ ...quiet, databaseUrl: `file:${folder.file('a.db')}` });
  await expect(auth.ping()).rejects.toThrow('call auth.migrate() first');
  await auth.migrate();
  await auth.ping();
  await auth.close();
});

test('a host that tries again until its database answers leaves nothing behind at each time', async () => {
  const threads = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length;
  const before = threads();
  for (let time = 0; time < 3; time += 1)
    await expect(createAuth({ ...quiet, databaseUrl: 'postgres://x@127.0.0.1:1/x' })).rejects.toThrow(
      'does not answer',
    );
  expect(threads()).toBe(before);
});
