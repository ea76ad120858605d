import { describe, expect, test } from 'vitest';

import { asAdmin, terminateOthers, testDatabase } from '../../tests/support/test-database.ts';
import { exactlyOne, NotExactlyOne } from '../kernel/exactly-one.ts';
import { newId } from '../kernel/id.ts';
import type { Database } from './database.ts';
import { openPostgres } from './open-postgres.ts';

const open = async (url: string): Promise<Database> =>
  await openPostgres(url, { poolSize: 2, log: { warn: () => {} } });

const change = async (db: Database, news: string[]): Promise<number[]> =>
  await db.atomically(({ orm, tables }) => {
    const row = { id: newId(), createdAt: new Date(0), email: `${newId()}@example.com`, name: null, passwordHash: 'x' };
    return [orm.insert(tables.users).values(row)];
  }, news);

/** All that one database hears, from when it is sure to. */
async function listenTo(db: Database): Promise<{ heard: (string | null)[]; stop: () => void }> {
  const heard: (string | null)[] = [];
  const stop = db.hear((news) => heard.push(news));
  await expect.poll(() => heard).toEqual([null]);
  heard.length = 0;
  return { heard, stop };
}

const listeningIn = async (url: string): Promise<number> =>
  await asAdmin(url, async (client) => {
    const { rows } = await client.query(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and query ilike 'listen %'",
    );
    return rows[0].n;
  });

describe('news of PostgreSQL', () => {
  test('are heard by every process, its own among them, in the order in which they were told', async () => {
    await using database = await testDatabase();
    const [one, other] = [await open(database.url), await open(database.url)];
    const [ofOne, ofOther] = [await listenTo(one), await listenTo(other)];
    await change(one, ['a', 'b']);
    await change(other, ['c']);
    for (const { heard } of [ofOne, ofOther]) await expect.poll(() => heard).toEqual(['a', 'b', 'c']);
    await Promise.all([one.close(), other.close()]);
  });

  test('of a list that was undone are told to nobody', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    const { heard } = await listenTo(db);
    const undone = db.atomically(({ orm, tables }) => [exactlyOne(orm.delete(tables.users))], ['undone']);
    await expect(undone).rejects.toBeInstanceOf(NotExactlyOne);
    await change(db, ['done']);
    await expect.poll(() => heard).toEqual(['done']);
    await db.close();
  });

  test('are heard again after the connection was ended, and everybody knows that some may be missing', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    const { heard } = await listenTo(db);
    await asAdmin(database.url, async (client) => await client.query(terminateOthers));
    await expect.poll(() => heard).toEqual([null]);
    await expect.poll(async () => await change(db, ['again']).then(() => 'done', String)).toBe('done');
    await expect.poll(() => heard).toEqual([null, 'again']);
    await db.close();
  });

  test('take one connection, however many listen, and none once nobody does', async () => {
    await using database = await testDatabase();
    const db = await open(database.url);
    expect(await listeningIn(database.url)).toBe(0);
    const stops = [await listenTo(db), db.hear(() => {}), db.hear(() => {})].map((one) =>
      typeof one === 'function' ? one : one.stop,
    );
    expect(await listeningIn(database.url)).toBe(1);
    for (const stop of stops) {
      stop();
      stop();
    }
    await expect.poll(async () => await listeningIn(database.url)).toBe(0);
    await listenTo(db);
    expect(await listeningIn(database.url)).toBe(1);
    await db.close();
    await expect.poll(async () => await listeningIn(database.url)).toBe(0);
  });
});
