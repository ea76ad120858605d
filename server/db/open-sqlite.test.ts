import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import { makeOldServerFile } from '../../tests/support/old-server-file.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { UniqueViolation } from '../kernel/unique-violation.ts';
import type { Database } from './database.ts';
import { OldServerFile } from './old-server-file.ts';
import { openSqlite } from './open-sqlite.ts';
import { Unusable } from './sqlite-file.ts';

const userRow = (id: string, email = `${id}@example.com`) => ({ id, createdAt: new Date(0), email, passwordHash: 'x' });

const insertUser = ({ orm, tables }: Pick<Database, 'orm' | 'tables'>, id: string, email?: string) =>
  orm.insert(tables.users).values(userRow(id, email));

const ids = async ({ orm, tables }: Database): Promise<string[]> =>
  (await orm.select({ id: tables.users.id }).from(tables.users)).map(({ id }) => id);

async function refusalOf(url: string): Promise<Error> {
  return await openSqlite(url).then(
    () => expect.unreachable('it was opened'),
    (error: Error) => error,
  );
}

const disposable = (client: Sqlite.Database) => ({ client, [Symbol.dispose]: () => void client.close() });

/** As Linux lists them. */
const ownLocks = (file: string): string[] =>
  readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${statSync(file).ino} `))
    .map((line) => line.replace(/^\d+: /, ''));

describe('opening a file', () => {
  test('makes it if it is missing, readable by nobody else', async () => {
    using folder = temporaryFolder();
    const db = await openSqlite(`file:${folder.file('new.db')}`);
    await db.ping();
    await db.close();
    if (process.platform !== 'win32') expect(statSync(folder.file('new.db')).mode & 0o777).toBe(0o600);
  });

  test('takes an empty file for a missing one', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('empty.db'), '');
    chmodSync(folder.file('empty.db'), 0o666);
    await (await openSqlite(`file:${folder.file('empty.db')}`)).close();
    if (process.platform !== 'win32') expect(statSync(folder.file('empty.db')).mode & 0o777).toBe(0o600);
  });

  // POSIX takes a process's locks away as soon as it closes any descriptor of the file.
  test.skipIf(process.platform !== 'linux')('leaves the lock of a host’s own connection to it alone', async () => {
    using folder = temporaryFolder();
    const file = folder.file('host.db');
    using host = disposable(new Sqlite(file));
    host.client.exec('pragma journal_mode = wal; create table notes (text); select * from notes');
    const before = ownLocks(file);
    const db = await openSqlite(`file:${file}`, { isShared: true });
    expect(ownLocks(file)).toEqual(before);
    expect(before).toHaveLength(1);
    await db.close();
  });

  test.skipIf(process.platform !== 'linux')('nor does it take that of an empty file', async () => {
    using folder = temporaryFolder();
    const file = folder.file('host.db');
    using host = disposable(new Sqlite(file));
    host.client.exec('begin immediate');
    const before = ownLocks(file);
    await expect(openSqlite(`file:${file}`, { isShared: true })).rejects.toThrow(/is locked by another program/);
    expect(ownLocks(file)).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test.skipIf(process.platform === 'win32')('says what is wrong with a name that leads nowhere', async () => {
    using folder = temporaryFolder();
    symlinkSync('loop.db', folder.file('loop.db'));
    await expect(openSqlite(`file:${folder.file('loop.db')}`)).rejects.toThrow(
      /The database .+ cannot be opened: ELOOP/,
    );
  });

  test('keeps answers back until they are on disk: WAL, synchronous=FULL, foreign keys on', async () => {
    using folder = temporaryFolder();
    const db = await openSqlite(`file:${folder.file('a.db')}`);
    const pragma = async (name: string) => Object.values((await db.orm.all<object>(`pragma ${name}`))[0] ?? {})[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    await insertUser(db.unsynced, 'a');
    expect(await pragma('synchronous')).toBe(2);
    await db.close();
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['a text file', (path) => writeFileSync(path, 'hello '.repeat(100)), /is not a SQLite database/],
    ['a short text file', (path) => writeFileSync(path, 'hello'), /is not a SQLite database/],
    ['a folder', (path) => mkdirSync(path), /is a folder/],
    ['a file in no folder', () => undefined, /its folder does not exist/],
    [
      'a database of another program',
      (path) => new Sqlite(path).exec('create table invoices (id integer)').close(),
      /holds tables of another program \(invoices\)/,
    ],
    [
      "a database with another program's users",
      (path) => new Sqlite(path).exec('create table users (uid integer, mail text)').close(),
      /holds tables of another program \(users\)/,
    ],
  ])('%s is refused with a sentence and stays as it is', async (what, make, sentence) => {
    using folder = temporaryFolder();
    const path = folder.file(what === 'a file in no folder' ? 'nowhere/a.db' : 'a.db');
    make(path);
    const before = what.includes('folder') ? undefined : readFileSync(path);
    const error = await refusalOf(`file:${path}`);
    expect(error).toBeInstanceOf(Unusable);
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain(path);
    if (before) expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a file of the old server is recognised, and not one byte of it changes', async () => {
    using folder = temporaryFolder();
    const path = folder.file('userAuth.db');
    makeOldServerFile(path);
    const before = readFileSync(path);
    expect(await refusalOf(`file:${path}`)).toBeInstanceOf(OldServerFile);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['userAuth.db']);
  });

  test('a database of a newer version is refused with a sentence that says what to do', async () => {
    using folder = temporaryFolder();
    const path = folder.file('a.db');
    await (await openSqlite(`file:${path}`)).close();
    new Sqlite(path).exec("insert into latchkey_migrations (hash, created_at) values ('later', 9999999999999)").close();
    expect((await refusalOf(`file:${path}`)).message).toMatch(/newer version of Latchkey.*Start that version/);
  });

  test('a file that another program keeps locked is refused with a sentence, after a while', async () => {
    using folder = temporaryFolder();
    const path = folder.file('a.db');
    await (await openSqlite(`file:${path}`)).close();
    const other = new Sqlite(path);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('begin exclusive');
    expect((await refusalOf(`file:${path}`)).message).toMatch(/is locked by another program/);
    other.close();
  });

  test('two servers that start on a new file at the same moment both come up', async () => {
    using folder = temporaryFolder();
    const url = `file:${folder.file('a.db')}`;
    const opened = await Promise.all(Array.from({ length: 5 }, async () => await openSqlite(url)));
    await Promise.all(opened.map(async (db) => await db.ping()));
    await Promise.all(opened.map(async (db) => await db.close()));
  });
});

describe('atomic work', () => {
  test('is done whole', async () => {
    const db = await openSqlite('file::memory:');
    await db.atomically((tx) => [insertUser(tx, 'a'), insertUser(tx, 'b')]);
    expect(await ids(db)).toEqual(['a', 'b']);
  });

  test('says how many rows each statement hit', async () => {
    const db = await openSqlite('file::memory:');
    const { users } = db.tables;
    const list = (): Promise<number[]> =>
      db.atomically((tx) => [
        tx.orm.delete(users),
        insertUser(tx, 'a'),
        insertUser(tx, 'b'),
        tx.orm.update(users).set({ name: 'x' }),
      ]);
    expect(await list()).toEqual([0, 1, 1, 2]);
    expect(await list()).toEqual([2, 1, 1, 2]);
  });

  test('is undone whole when a statement fails', async () => {
    const db = await openSqlite('file::memory:');
    await expect(
      db.atomically((tx) => [insertUser(tx, 'a'), insertUser(tx, 'b', 'a@example.com'), insertUser(tx, 'c')]),
    ).rejects.toThrow(UniqueViolation);
    expect(await ids(db)).toEqual([]);
  });

  test('names the column whose value is taken', async () => {
    const db = await openSqlite('file::memory:');
    await db.atomically((tx) => [insertUser(tx, 'a')]);
    const write = db.atomically((tx) => [insertUser(tx, 'b', 'a@example.com')]);
    await expect(write).rejects.toMatchObject({ column: 'users.email' });
  });

  test('of nothing is nothing', async () => {
    await (await openSqlite('file::memory:')).atomically(() => []);
  });
});

describe('a write-locked database', () => {
  test('is waited for, and meanwhile reads are answered and the process goes on', async () => {
    using folder = temporaryFolder();
    const db = await openSqlite(`file:${folder.file('a.db')}`);
    const other = new Sqlite(folder.file('a.db'));
    other.exec('begin immediate');

    const writing = db.atomically((tx) => [insertUser(tx, 'a')]);
    const slowest = await slowestOf(20, async () => {
      expect(await ids(db)).toEqual([]);
    });
    other.exec('commit');
    await writing;
    expect(await ids(db)).toEqual(['a']);
    // Loosely bounded: a driver that waits on the main thread would take all of its time-out.
    expect(slowest).toBeLessThan(500);
    other.close();
    await db.close();
  });

  test('is given up after a bounded wait with BUSY, and nothing is stored', async () => {
    using folder = temporaryFolder();
    const db = await openSqlite(`file:${folder.file('a.db')}`);
    const other = new Sqlite(folder.file('a.db'));
    other.exec('begin immediate');
    const writes = Array.from(
      { length: 20 },
      async (_, index) => await db.atomically((tx) => [insertUser(tx, `${index}`)]),
    );
    const answers = await Promise.allSettled([...writes, db.orm.insert(db.tables.users).values(userRow('direct'))]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { refusal: { reason: 'BUSY', retryAfterSeconds: 2 } },
      });
    }
    other.exec('rollback');
    expect(await ids(db)).toEqual([]);
    other.close();
    await db.close();
  });

  async function slowestOf(times: number, work: () => Promise<void>): Promise<number> {
    let slowest = 0;
    for (let index = 0; index < times; index += 1) {
      const started = performance.now();
      await work();
      await new Promise((resolve) => setImmediate(resolve));
      slowest = Math.max(slowest, performance.now() - started);
    }
    return slowest;
  }
});

// Drizzle's own error repeats every parameter. If an update of it brings that back, this fails.
test('no parameter of a statement reaches an error', async () => {
  const db = await openSqlite('file::memory:');
  await db.atomically((tx) => [insertUser(tx, 'a', 'canary@example.com')]);
  const failures = await Promise.allSettled([
    insertUser(db, 'b', 'canary@example.com'),
    db.atomically((tx) => [insertUser(tx, 'b', 'canary@example.com')]),
    db.orm
      .select()
      .from(db.tables.users)
      .where(eq(db.tables.users.email, { canary: true } as unknown as string)),
  ]);
  for (const failure of failures) {
    expect(failure.status).toBe('rejected');
    const { message, stack, cause } = (failure as PromiseRejectedResult).reason as Error;
    expect(`${message} ${stack} ${String(cause)}`).not.toMatch(/canary@/);
  }
});
