import { closeSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

import { makeFilledFile } from '../../tests/support/filled-file.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { backUp } from './back-up.ts';
import { openSqlite } from './open-sqlite.ts';

test('a backup ends although something is written at each of its steps, and holds what there was at its beginning', async () => {
  using folder = temporaryFolder();
  await makeFilledFile(folder.file('a.db'), 6000);
  writeFileSync(folder.file('copy.db'), '');
  const writer = new Sqlite(folder.file('a.db'));
  const insert = writer.prepare("insert into users (id, created_at, email, password_hash) values (?, 0, ?, 'x')");
  let steps = 0;
  const report = await backUp(folder.file('a.db'), folder.file('copy.db'), (done, total) => {
    steps += 1;
    if (steps > 1000) throw new Error('It began anew at each step');
    insert.run(String(steps), String(steps));
    expect(done).toBeLessThanOrEqual(total);
  });
  writer.close();
  expect(steps).toBeGreaterThan(3);
  expect(report.accounts).toBe(6000);
  // One file: nothing that belongs to it lies beside it.
  expect(readdirSync(folder.path).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  const copy = await openSqlite(`file:${folder.file('copy.db')}`);
  expect(await copy.orm.select().from(copy.tables.users)).toHaveLength(6000);
  await copy.close();
});

test('a damaged database is not passed off as a backup', async () => {
  using folder = temporaryFolder();
  await makeFilledFile(folder.file('a.db'), 1000);
  const client = new Sqlite(folder.file('a.db'));
  client.pragma('wal_checkpoint(truncate)');
  const page = Number(
    client.prepare("select rootpage from sqlite_schema where name = 'users_email_unique'").pluck().get(),
  );
  client.close();
  const file = openSync(folder.file('a.db'), 'r+');
  writeSync(file, Buffer.alloc(200, 0xff), 0, 200, page * 4096 - 200);
  closeSync(file);
  writeFileSync(folder.file('copy.db'), '');
  const backup = backUp(folder.file('a.db'), folder.file('copy.db'), () => {});
  await expect(backup).rejects.toThrow(/damaged|malformed/);
});

test('rows that refer to nobody are found before a backup is kept', async () => {
  using folder = temporaryFolder();
  await makeFilledFile(folder.file('a.db'), 10);
  const client = new Sqlite(folder.file('a.db'));
  client.pragma('foreign_keys = OFF');
  client.exec("delete from users where email = 'user3@example.com'");
  client.close();
  writeFileSync(folder.file('copy.db'), '');
  const backup = backUp(folder.file('a.db'), folder.file('copy.db'), () => {});
  await expect(backup).rejects.toThrow('1 rows refer to rows that do not exist');
});

test('a database of an older version can be backed up before this one changes it', async () => {
  using folder = temporaryFolder();
  await makeFilledFile(folder.file('a.db'), 10);
  const client = new Sqlite(folder.file('a.db'));
  client.exec(`drop table events; drop table jobs; drop table one_time_tokens;
    drop table ceremonies; drop table totps; drop table recovery_codes; drop table passkeys; drop table signing_keys;
    delete from latchkey_migrations where created_at = (select max(created_at) from latchkey_migrations)`);
  client.close();
  writeFileSync(folder.file('copy.db'), '');
  const { rows } = await backUp(folder.file('a.db'), folder.file('copy.db'), () => {});
  expect([...rows]).toEqual([
    ['users', 10],
    ['sessions', 10],
    ['limitCounters', 1],
  ]);
});
