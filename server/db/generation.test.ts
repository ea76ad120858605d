import Sqlite from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';

import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { createGeneration } from './generation.ts';
import { openSqlite } from './open-sqlite.ts';

async function opened() {
  const folder = temporaryFolder();
  const file = folder.file('latchkey.db');
  const db = await openSqlite(`file:${file}`);
  const other = new Sqlite(file);
  onTestFinished(async () => {
    await db.close();
    other.close();
    folder[Symbol.dispose]();
  });
  return { db, other, now: async () => await db.generation?.() };
}

test('a generation stays while nobody writes, and while only other tables are written here', async () => {
  const { db, now } = await opened();
  const before = await now();
  await db.orm.select().from(db.tables.users);
  await db.unsynced.orm.delete(db.tables.limitCounters);
  expect(await now()).toBe(before);
});

test('a generation ends with each write to accounts or sessions, in a list, alone and unsynced', async () => {
  const { db, now } = await opened();
  const { users, sessions } = db.tables;
  const writes = [
    async () => await db.atomically((tx) => [tx.orm.delete(sessions).where(eq(sessions.id, 'none'))]),
    async () => await db.orm.delete(users).where(eq(users.id, 'none')),
    async () => await db.unsynced.orm.update(sessions).set({ lastSeenAt: new Date(0) }),
    async () => await db.orm.update(users).set({ name: 'Ada' }).returning({ id: users.id }),
  ];
  for (const write of writes) {
    const before = await now();
    await write();
    expect(await now()).not.toBe(before);
  }
});

test('a generation ends when another connection has written whatever it may be', async () => {
  const { other, now } = await opened();
  const before = await now();
  other.exec("insert into limit_counters values ('a', 0, 1, 0, 0)");
  expect(await now()).not.toBe(before);
});

test('whoever asks is told of what is written after that, in the same turn of the event loop', async () => {
  const { other, now } = await opened();
  const before = await now();
  const asked = [now(), now()];
  other.exec("insert into limit_counters values ('a', 0, 1, 0, 0)");
  const [first, second] = await Promise.all(asked);
  expect(first).not.toBe(before);
  expect(second).toBe(first);
});

test('a statement of a form that is not known ends it, too', async () => {
  const generation = createGeneration(new Sqlite(':memory:'));
  const texts = [
    'with old as (select 1) delete from "sessions"',
    ' DELETE FROM users',
    'drop table users',
    'delete from "main"."sessions"',
  ];
  for (const text of texts) {
    const before = await generation.now();
    generation.noteWrite(text);
    expect(await generation.now()).not.toBe(before);
  }
});

test('where a trigger may write what no statement of ours says, every question is a generation of its own', async () => {
  const { other, now } = await opened();
  other.exec('create trigger t after insert on limit_counters begin delete from sessions; end');
  expect(await now()).not.toBe(await now());
  other.exec('drop trigger t');
  await now();
  expect(await now()).toBe(await now());
});

test('where the file cannot say whether it has changed, every question is a generation of its own', async () => {
  const client = new Sqlite(':memory:');
  const generation = createGeneration(client);
  client.close();
  expect(await generation.now()).not.toBe(await generation.now());
});
