import { setTimeout as sleep } from 'node:timers/promises';

import { drizzle } from 'drizzle-orm/pg-proxy';
import pg from 'pg';

import { seconds } from '../kernel/clock.ts';
import { NotExactlyOne } from '../kernel/exactly-one.ts';
import type { ExactlyOne } from '../kernel/exactly-one.ts';
import type { Logger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { namedStatements } from './named-statements.ts';
import { isUpToDate, migratePostgres, writesNothing } from './migrate-postgres.ts';
import type { OpenOptions } from './open-database.ts';
import { passErrorsThrough } from './pass-errors-through.ts';
import { isConflict, translated } from './postgres-errors.ts';
import { createPostgresNews, newsChannel } from './postgres-news.ts';
import { nameOf, unusableBecause } from './postgres-url.ts';
import * as tables from './schema.postgres.ts';
import { kindOf, timedBy } from './timed.ts';
import type { Timed } from './timed.ts';

export interface PostgresOptions extends OpenOptions {
  /** Connections at most. A quarter as many come on top, for what need not be synced. */
  poolSize: number;
  log: Pick<Logger, 'warn'>;
}

/** No call waits for longer: neither for a connection, nor for a lock, nor for an answer. */
const timeouts = {
  connectionTimeoutMillis: seconds(2),
  lock_timeout: seconds(2),
  statement_timeout: seconds(5),
  query_timeout: seconds(6),
  idle_in_transaction_session_timeout: seconds(10),
};

/**
 * Opens a PostgreSQL database and brings its tables up to date.
 *
 * @param url `postgres://`, with user, password, host, port and database
 * @throws Unusable with a sentence for the operator
 */
export async function openPostgres(
  url: string,
  { poolSize, log, metrics = noMetrics, migratesLater = false }: PostgresOptions,
): Promise<Database> {
  const connection = { connectionString: url, application_name: 'latchkey' };
  const explained = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw unusableBecause(url, error);
    }
  };
  const tablesOf = {
    isUpToDate: async () => await explained(isUpToDate(connection, nameOf(url))),
    migrate: async () => await explained(migratePostgres(connection, nameOf(url), { log })),
  };
  if (!migratesLater) await tablesOf.migrate();
  const open = (max: number, options?: string): pg.Pool => {
    const pool = new pg.Pool({ ...connection, ...timeouts, max, keepAlive: true, ...(options ? { options } : {}) });
    // An idle connection was lost. The pool replaces it; without a listener the process would end.
    pool.on('error', (error) => log.warn({ event: 'database.connectionLost', code: codeOf(error) }));
    // One that is in use says so as well, between two statements or while it is handed out: to whoever
    // has it, by refusing the next one.
    pool.on('connect', (client) => client.on('error', () => {}));
    return pool;
  };
  const pools = {
    synced: open(poolSize),
    unsynced: open(Math.ceil(poolSize / 4), '-c synchronous_commit=off'),
  };
  return {
    ...asDatabase(pools, { news: createPostgresNews(connection, log), timed: timedBy(metrics), log }),
    ...tablesOf,
  };
}

function asDatabase(
  { synced, unsynced }: { synced: pg.Pool; unsynced: pg.Pool },
  { news, timed, log }: { news: ReturnType<typeof createPostgresNews>; timed: Timed; log: Pick<Logger, 'warn'> },
): Omit<Database, 'isUpToDate' | 'migrate'> {
  const queryable = queryableBy(synced, timed, log);
  let closed: Promise<unknown> | undefined;
  return {
    ...queryable,
    async atomically(list, told = []) {
      const statements = list(queryable);
      if (statements.length === 0) return [];
      const run = async (): Promise<number[]> => await transaction(synced, statements, told);
      return await timed('atomic', async () => await retried('a transaction', run));
    },
    hear: (listener) => news.hear(listener),
    unsynced: queryableBy(unsynced, timed, log),
    async ping() {
      await retried('ping', async () => await synced.query(writesNothing));
    },
    async close() {
      await (closed ??= Promise.all([news.close(), synced.end(), unsynced.end()]));
    },
  };
}

/**
 * Serializable: what a statement of the list has read stays true until its commit, or the whole list
 * is tried again. So a session is never inserted for a password that is being changed at the moment.
 */
async function transaction(
  pool: pg.Pool,
  statements: (Statement | ExactlyOne<Statement>)[],
  news: string[],
): Promise<number[]> {
  const client = await pool.connect();
  const hit: number[] = [];
  let fault: Error | undefined;
  try {
    await client.query('begin isolation level serializable');
    for (const one of statements) {
      const { sql, params } = ('exactlyOne' in one ? one.exactlyOne : one).toSQL();
      // One after the other: they are one transaction on one connection.
      // oxlint-disable-next-line no-await-in-loop
      const { rowCount } = await client.query(sql, params);
      if ('exactlyOne' in one && rowCount !== 1) throw new NotExactlyOne();
      hit.push(rowCount ?? 0);
    }
    // Told by the commit, or not at all.
    if (news.length > 0) await client.query('select pg_notify($1, unnest($2::text[]))', [newsChannel, news]);
    await client.query('commit');
    return hit;
  } catch (error) {
    // Where it was not PostgreSQL that refused, nobody answers there: a rollback would wait as long again.
    if (isRefused(error)) await client.query('rollback').catch((lost: Error) => void (fault = lost));
    else fault = new Error('The connection answers no more', { cause: error });
    throw error;
  } finally {
    client.release(fault);
  }
}

function queryableBy(pool: pg.Pool, timed: Timed, log: Pick<Logger, 'warn'>): Queryable {
  const ask = namedStatements(pool, log);
  const orm = drizzle(
    async (text, values: unknown[]) =>
      await timed(kindOf(text), async () => await retried(text, async () => await ask(text, values))),
    { schema: tables },
  );
  passErrorsThrough(orm);
  // The one cast between the two databases: the same builders over tables that a test holds equal.
  return { orm, tables } as unknown as Queryable;
}

const isRefused = (error: unknown): boolean => error instanceof pg.DatabaseError || error instanceof NotExactlyOne;

const mostTries = 9;

let turn = 0;

/** A few milliseconds, different ones each time: those that met do not come at the same moment again. */
const nextTurn = (): number => (turn = (turn + 7) % 16);

/** Tries again what was undone for the sake of another, and lets no driver error out. */
async function retried<Result>(statement: string, work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || tries === mostTries) throw translated(error, statement);
    }
    await sleep(2 ** tries + nextTurn());
  }
}

const codeOf = (error: Error): string | undefined => ('code' in error ? String(error.code) : undefined);
