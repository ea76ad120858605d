import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/sqlite-proxy';

import { NotExactlyOne } from '../kernel/exactly-one.ts';
import type { ExactlyOne } from '../kernel/exactly-one.ts';
import { noMetrics } from '../kernel/metrics.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { createGeneration } from './generation.ts';
import { inspectFile } from './inspect-file.ts';
import { isUpToDate, migrate } from './migrate.ts';
import { createNews } from './news.ts';
import type { OpenOptions } from './open-database.ts';
import { passErrorsThrough } from './pass-errors-through.ts';
import { rememberFiles } from './same-file.ts';
import * as schema from './schema.ts';
import { whenFree } from './sqlite-runner.ts';
import { pathOf, Unusable } from './sqlite-file.ts';
import { kindOf, timedBy } from './timed.ts';
import type { Timed } from './timed.ts';

export interface SqliteOptions extends OpenOptions {
  /** Whether tables of another program may stand in the same file. */
  isShared?: boolean;
}

/**
 * Opens a SQLite file, makes it if it is missing, and brings its tables up to date.
 *
 * @param url `file:` and a path, relative to the working directory
 * @throws Unusable with a sentence for the operator, before anything in the file was touched
 */
export async function openSqlite(url: string, options: SqliteOptions = {}): Promise<Database> {
  const { metrics = noMetrics, migratesLater = false, isShared = false } = options;
  const path = pathOf(url);
  inspectFile(path, { isShared });
  const client = connect(path);
  try {
    await whenFree(() => setUp(client));
    if (!migratesLater) await whenFree(() => migrate(client));
  } catch (error) {
    client.close();
    throw Unusable.because(path, error);
  }
  return asDatabase(client, { path, timed: timedBy(metrics) });
}

function connect(path: string): Sqlite.Database {
  try {
    if (path !== ':memory:') makePrivate(path);
    // SQLite itself waits for no lock: it would wait on the main thread. `whenFree` does.
    return new Sqlite(path, { timeout: 0 });
  } catch (error) {
    throw Unusable.because(path, error);
  }
}

/**
 * Makes a new file here and not by SQLite, so that nobody but this user can read the hashes in it. One that is there
 * is not opened: to close it again would take the locks of whoever else has it in this process. Nor is it left to
 * SQLite to find that it may not be written, which it does by reading only.
 */
function makePrivate(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found) accessSync(path, constants.W_OK);
  else closeSync(openSync(path, 'a', 0o600));
  if (!found || (found.isFile() && found.size === 0)) chmodSync(path, 0o600);
}

/** An answer is given only after its commit is on disk: WAL alone does not promise that, `FULL` does. */
function setUp(client: Sqlite.Database): void {
  client.pragma('journal_mode = WAL');
  client.pragma('synchronous = FULL');
  client.pragma('foreign_keys = ON');
  // The first to read makes the log beside the file, which is remembered from then on.
  client.prepare('select 1 from sqlite_schema').get();
}

function asDatabase(client: Sqlite.Database, { path, timed }: { path: string; timed: Timed }): Database {
  const remember = (): (() => void) => (path === ':memory:' ? () => {} : rememberFiles(path));
  let checkFiles = remember();
  const generation = createGeneration(client);
  const prepared = new Map<string, Sqlite.Statement<unknown[], unknown[]>>();

  function prepare(sql: string): Sqlite.Statement<unknown[], unknown[]> {
    const known = prepared.get(sql);
    if (known) return known;
    // Texts differ only by shape, not by value, so there are few; the bound is for a shape that varies.
    if (prepared.size >= 500) prepared.clear();
    const statement = client.prepare<unknown[], unknown[]>(sql);
    prepared.set(sql, statement);
    return statement;
  }

  function run(one: Statement | ExactlyOne<Statement>): number {
    const statement = 'exactlyOne' in one ? one.exactlyOne : one;
    const { sql, params } = statement.toSQL();
    generation.noteWrite(sql);
    const { changes } = prepare(sql).run(...params);
    if ('exactlyOne' in one && changes !== 1) throw new NotExactlyOne();
    return changes;
  }

  function ask(sql: string, params: unknown[], method: string): { rows: unknown[] } {
    const statement = prepare(sql);
    if (!statement.readonly) {
      checkFiles();
      generation.noteWrite(sql);
    }
    if (!statement.reader) {
      statement.run(...params);
      return { rows: [] };
    }
    const rows = statement.raw(true).all(...params);
    // Drizzle takes the row itself for `get`, and its absence for none; its type knows only rows.
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows };
  }

  // The pragma is set and taken back around one statement, with nothing awaited in between.
  const askUnsynced: typeof ask = (...statement) => {
    client.pragma('synchronous = NORMAL');
    try {
      return ask(...statement);
    } finally {
      client.pragma('synchronous = FULL');
    }
  };

  const queryable = queryableBy(ask, timed);
  // One process has the file.
  const local = createNews();

  return {
    ...queryable,
    async atomically(list, news = []) {
      const statements = list(queryable);
      const transaction = client.transaction(() => {
        checkFiles();
        return statements.map(run);
      });
      if (statements.length === 0) return [];
      const hit = await timed('atomic', async () => await whenFree(() => transaction.immediate()));
      local.tell(news);
      return hit;
    },
    hear: (listener) => local.hear(listener),
    unsynced: queryableBy(askUnsynced, timed),
    generation: async () => await generation.now(),
    isUpToDate: async () => await whenFree(() => isUpToDate(client)),
    async migrate() {
      await whenFree(() => migrate(client)).catch((error: unknown) => {
        throw Unusable.because(path, error);
      });
      // The log beside the file is there from the first write on.
      checkFiles = remember();
    },
    async ping() {
      await whenFree(() => {
        checkFiles();
        prepare('select 1 from users limit 1').get();
      });
    },
    async close() {
      client.close();
    },
  };
}

type Ask = (sql: string, params: unknown[], method: string) => { rows: unknown[] };

/** Drizzle's queries over a function that runs one statement. */
export function queryableBy(ask: Ask, timed: Timed = timedBy(noMetrics)): Queryable {
  const orm = drizzle(
    async (sql, params: unknown[], method) =>
      await timed(kindOf(sql), async () => await whenFree(() => ask(sql, params, method))),
    { schema },
  );
  passErrorsThrough(orm);
  return { orm, tables: schema };
}
