import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { newId } from '../kernel/id.ts';
import type { Database } from './database.ts';
import { openSqlite } from './open-sqlite.ts';

const someone = (email: string) => ({ id: newId(), createdAt: new Date(0), email, name: null, passwordHash: 'a hash' });

/** Every way of changing something, and the question whether all is well. */
const uses: ((db: Database) => PromiseLike<unknown>)[] = [
  async (db) => await db.atomically((tx) => [tx.orm.insert(tx.tables.users).values(someone('a@b.cd'))]),
  (db) => db.orm.insert(db.tables.users).values(someone('b@b.cd')),
  (db) => db.orm.delete(db.tables.sessions).returning(),
  (db) => db.unsynced.orm.insert(db.tables.users).values(someone('c@b.cd')),
  async (db) => await db.ping(),
];

const losses: [string, (file: string) => void][] = [
  ['moved away', (file) => renameSync(file, `${file}.aside`)],
  ['removed', (file) => rmSync(file)],
  ['emptied', (file) => truncateSync(file)],
  ['without its log', (file) => rmSync(`${file}-wal`)],
  [
    'replaced',
    (file) => {
      writeFileSync(`${file}.new`, 'another file');
      renameSync(`${file}.new`, file);
    },
  ],
];

describe.skipIf(process.platform === 'win32')('a file that is', () => {
  // SQLite goes on writing into it, and nobody would find there what was acknowledged.
  test.each(losses)('%s takes no change any more, and says so', async (_loss, lose) => {
    using folder = temporaryFolder();
    const db = await openSqlite(`file:${folder.file('a.db')}`);
    await db.orm.insert(db.tables.users).values(someone('ada@example.com'));
    lose(folder.file('a.db'));
    for (const work of uses) {
      const refused = (async () => await work(db))();
      await expect(refused).rejects.toThrow(/a\.db\S* was moved, removed or replaced while it was in use/);
    }
    expect(await db.orm.select().from(db.tables.users)).toHaveLength(1);
    await db.close();
  });

  test('moved away and put back is the same as before, and holds everything', async () => {
    using folder = temporaryFolder();
    const file = folder.file('a.db');
    const db = await openSqlite(`file:${file}`);
    renameSync(file, `${file}.aside`);
    await expect(db.ping()).rejects.toThrow('was moved');
    renameSync(`${file}.aside`, file);
    for (const work of uses) await work(db);
    expect(await db.orm.select().from(db.tables.users)).toHaveLength(3);
    await db.close();
  });
});
