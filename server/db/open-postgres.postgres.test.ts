import { eq } from 'drizzle-orm';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';

import { startPostgresProxy } from '../../tests/support/postgres-proxy.ts';
import { asAdmin, blankDatabase, testDatabase } from '../../tests/support/test-database.ts';
import { exactlyOne } from '../kernel/exactly-one.ts';
import { insertSession } from '../features/sessions/queries.ts';
import { newId } from '../kernel/id.ts';
import type { Database } from './database.ts';
import { openPostgres } from './open-postgres.ts';

const log = { warn: () => {} };
const open = async (url: string, poolSize = 4): Promise<Database> => await openPostgres(url, { poolSize, log });

const someone = (email: string) => ({
  id: newId(),
  createdAt: new Date(1_000_000),
  email,
  name: null,
  passwordHash: 'a hash',
});

const insert = (db: Database, email: string) => db.orm.insert(db.tables.users).values(someone(email));
const insertAtomically = async (db: Database, email: string): Promise<number[]> =>
  await db.atomically(({ orm, tables }) => [orm.insert(tables.users).values(someone(email))]);
const countUsers = async (db: Database): Promise<number> => (await db.orm.select().from(db.tables.users)).length;

describe('opening a PostgreSQL database', () => {
  test('ten at once on an empty one migrate it once', async () => {
    const url = await blankDatabase();
    const all = await Promise.all(Array.from({ length: 10 }, async () => await open(url, 1)));
    const applied = await asAdmin(
      url,
      async (client) =>
        await client.query(
          'select count(*)::int as n, count(distinct hash)::int as m from latchkey.latchkey_migrations',
        ),
    );
    expect(applied.rows[0].n).toBe(applied.rows[0].m);
    expect(applied.rows[0].n).toBeGreaterThan(0);
    await Promise.all(all.map(async (db) => await db.close()));
  });

  test('that has a schema of this name with tables of another program is refused, and stays as it is', async () => {
    const url = await blankDatabase();
    await asAdmin(url, async (client) => await client.query('create schema latchkey create table invoices (id int)'));
    await expect(open(url)).rejects.toThrow(/tables of another program \(invoices\)/);
    const tables = await asAdmin(
      url,
      async (client) => await client.query("select 1 from information_schema.tables where table_schema = 'latchkey'"),
    );
    expect(tables.rowCount).toBe(1);
  });

  test('of a newer version is refused with a sentence that says what to do', async () => {
    const url = await blankDatabase();
    await (await open(url)).close();
    await asAdmin(
      url,
      async (client) =>
        await client.query(
          "insert into latchkey.latchkey_migrations (hash, created_at) values ('later', 9999999999999)",
        ),
    );
    await expect(open(url)).rejects.toThrow('made by a newer version of Latchkey');
  });

  test('needs no right to change tables where they are up to date', async () => {
    await using database = await testDatabase();
    await asAdmin(database.url, async (client) => {
      await client.query(`
        drop role if exists only_rows;
        create role only_rows login;
        grant usage on schema latchkey to only_rows;
        grant select, insert, update, delete on all tables in schema latchkey to only_rows`);
    });
    const url = new URL(database.url);
    url.username = 'only_rows';
    const db = await open(url.href);
    await insert(db, 'ada@example.com');
    expect(await countUsers(db)).toBe(1);
    await db.close();
    await asAdmin(database.url, async (client) => await client.query('drop owned by only_rows; drop role only_rows'));
  });

  test.each([
    ['nobody listens', 'postgres://x:canary@127.0.0.1:1/x', 'does not answer'],
    ['there is no such database', '/nothing', 'does not exist'],
    ['the user is unknown', 'canary', 'refuses this user or password'],
  ])('where %s says so in a sentence, without the password', async (_what, where, sentence) => {
    const url = new URL(inject('postgresUrl'));
    url.password = 'canary';
    if (where.startsWith('/')) url.pathname = where;
    else if (!where.includes(':')) url.username = where;
    const error: unknown = await open(where.includes(':') ? where : url.href).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Unusable', message: expect.stringContaining(sentence) });
    expect(String(error)).not.toContain('canary@');
    expect(String(error)).not.toContain(':canary');
  });
});

describe('atomic work on PostgreSQL', () => {
  test('is done whole, or not at all', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    await db.atomically((tx) => [
      tx.orm.insert(tx.tables.users).values(someone('a@example.com')),
      tx.orm.insert(tx.tables.users).values(someone('b@example.com')),
    ]);
    expect(await countUsers(db)).toBe(2);
    const doubled = db.atomically((tx) => [
      tx.orm.insert(tx.tables.users).values(someone('c@example.com')),
      tx.orm.insert(tx.tables.users).values(someone('a@example.com')),
    ]);
    await expect(doubled).rejects.toMatchObject({ name: 'UniqueViolation', column: 'users.email' });
    const missed = db.atomically((tx) => [
      tx.orm.insert(tx.tables.users).values(someone('d@example.com')),
      exactlyOne(tx.orm.delete(tx.tables.users).where(eq(tx.tables.users.email, 'nobody@example.com'))),
    ]);
    await expect(missed).rejects.toMatchObject({ name: 'NotExactlyOne' });
    expect(await countUsers(db)).toBe(2);
    await db.close();
  });

  // Under READ COMMITTED both would be done, and the session outlive the change that ends all sessions.
  test('of two lists that each change what the other has read only one is done as it is', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    const ada = someone('ada@example.com');
    await db.orm.insert(db.tables.users).values(ada);
    const other = new pg.Client(database.url);
    await other.connect();
    await other.query('begin isolation level serializable');
    await other.query("update latchkey.users set password_hash = 'another'");
    await other.query('delete from latchkey.sessions where user_id = $1', [ada.id]);

    const now = new Date();
    const seen = { browser: null, system: null, address: '192.0.2.1' };
    const session = {
      id: newId(),
      createdAt: now,
      userId: ada.id,
      tokenHash: Buffer.from('t'),
      factors: 'password',
      factorVerifiedAt: null,
      expiresAt: now,
      ...seen,
    };
    const proof = { passwordHash: 'a hash', isTwoFactor: false, isAddressNeeded: false };
    const logIn = db.atomically((tx) => [exactlyOne(insertSession(tx, session, proof))]);
    const [login, change] = await Promise.allSettled([logIn, logIn.catch(() => {}).then(() => other.query('commit'))]);
    expect([login.status, change.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    await other.end();
    await db.close();
  });

  test('that gets into each other’s way is tried again until all of it is done', async () => {
    await using database = await testDatabase();
    const db = await open(database.url, 10);
    await insert(db, 'ada@example.com');
    await insert(db, 'bob@example.com');
    const { users } = db.tables;
    const lengthen = (email: string, orm: Database['orm']) =>
      orm.update(users).set({ name: email }).where(eq(users.email, email));
    const rounds = Array.from({ length: 10 }, async (_, index) => {
      const order = ['ada@example.com', 'bob@example.com'];
      await db.atomically(({ orm }) => (index % 2 ? order : order.toReversed()).map((email) => lengthen(email, orm)));
    });
    const failed = (await Promise.allSettled(rounds)).filter(({ status }) => status === 'rejected');
    // What could not be done in six tries was refused, and said so.
    for (const one of failed) expect(one).toMatchObject({ reason: { refusal: { reason: 'BUSY' } } });
    expect(failed.length).toBeLessThan(5);
    await db.close();
  });
});

describe('errors of PostgreSQL', () => {
  test('a connection that is lost in a transaction is a refusal, and the process lives', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    const lists = await asAdmin(database.url, async (admin) => {
      await admin.query('begin; lock table latchkey.users in access exclusive mode');
      const waiting = ['ada', 'bob', 'eve'].map(async (name) => await insertAtomically(db, `${name}@example.com`));
      const wait = { isOver: false };
      const outcomes = Promise.allSettled(waiting).finally(() => (wait.isOver = true));
      const terminate = `select pg_stat_clear_snapshot(); select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      for (let looks = 0; !wait.isOver && looks < 1000; looks += 1) await admin.query(terminate);
      return await outcomes;
    });
    for (const one of lists) expect(one).toMatchObject({ reason: { refusal: { reason: 'BUSY' } } });
    await insertAtomically(db, 'ada@example.com');
    await db.close();
  });

  test('a connection that is lost in the moment in which it is handed out is one, too', async () => {
    await using database = await testDatabase();
    await using proxy = await startPostgresProxy(database.url);
    const thrown: unknown[] = [];
    const note = (error: unknown): void => void thrown.push(error);
    process.on('uncaughtException', note);
    const db = await open(proxy.url);
    proxy.endsWhenReady = true;
    const work = ['ada', 'bob'].map(async (name) => await insertAtomically(db, `${name}@example.com`));
    for (const one of await Promise.allSettled([...work, countUsers(db), db.ping()]))
      expect(one).toMatchObject({ reason: { refusal: { reason: 'BUSY' } } });
    proxy.endsWhenReady = false;
    await insertAtomically(db, 'ada@example.com');
    expect(await countUsers(db)).toBe(1);
    await db.close();
    process.off('uncaughtException', note);
    expect(proxy.ended).toBeGreaterThanOrEqual(4);
    expect(thrown).toEqual([]);
  });

  test('no value of a statement reaches one', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    const { users } = db.tables;
    await insert(db, 'canary@example.com');
    const failing = [
      insert(db, 'canary@example.com'),
      db.orm.insert(users).values({ ...someone('x@example.com'), id: 'canary' }),
      db.orm.select().from(users).where(eq(users.id, 'canary')),
      db.orm.insert(users).values({ ...someone('y@example.com'), name: 'canary\u0000' }),
      db.unsynced.orm.update(users).set({ id: 'canary' }),
      db.atomically(({ orm }) => [orm.update(users).set({ id: 'canary' })]),
    ];
    for (const outcome of await Promise.allSettled(failing)) {
      expect(outcome.status).toBe('rejected');
      const { reason } = outcome as PromiseRejectedResult;
      const everything = [String(reason), reason.stack, JSON.stringify(reason), String(reason.cause)].join();
      expect(everything).not.toContain('canary');
    }
    await db.close();
  });

  test('a pool of one connection answers 500 reads at once, or refuses them quickly', async () => {
    await using database = await testDatabase();
    const db = await open(database.url, 1);
    const reads = Array.from({ length: 500 }, async () => await countUsers(db));
    for (const outcome of await Promise.allSettled(reads)) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ refusal: { reason: 'BUSY' } });
    }
    expect(await countUsers(db)).toBe(0);
    await db.close();
  });
});
