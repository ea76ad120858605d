import { setTimeout as sleep } from 'node:timers/promises';

import { drizzle } from 'drizzle-orm/pg-proxy';
import pg from 'pg';

import { seconds } from '../kernel/clock.ts';
import { NotExactlyOne } from '../kernel/exactly-one.ts';
import type { ExactlyOne } from '../kernel/exactly-one.ts';
import type { Logger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { passErrorsThrough } from './pass-errors-through.ts';
import { isConflict, translated } from './postgres-errors.ts';
import { nameOf, unusableBecause } from './postgres-url.ts';
import * as tables from './schema.postgres.ts';
import { kindOf, timedBy } from './timed.ts';
import type { Timed } from './timed.ts';

export interface PostgresOptions {
  /** Connections at most. A quarter as many come on top, for what need not be synced. */
  poolSize: number;
  log: Pick<Logger, 'warn'>;
  metrics?: Metrics | undefined;
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
  { poolSize, log, metrics = noMetrics }: PostgresOptions,
): Promise<Database> {
  const connection = { connectionString: url, application_name: 'latchkey' };
  try {
    await migratePostgres({ ...connection, connectionTimeoutMillis: seconds(10) }, nameOf(url));
  } catch (error) {
    throw unusableBecause(url, error);
  }
  const open = (max: number, options?: string): pg.Pool => {
    const pool = new pg.Pool({ ...connection, ...timeouts, max, keepAlive: true, ...(options ? { options } : {}) });
    // An idle connection was lost. The pool replaces it; without a listener the process would end.
    pool.on('error', (error) => log.warn({ event: 'database.connectionLost', code: codeOf(error) }));
    return pool;
  };
  const pools = {
    synced: open(poolSize),
    unsynced: open(Math.ceil(poolSize / 4), '-c synchronous_commit=off'),
  };
  return asDatabase(pools, timedBy(metrics));
}

function asDatabase({ synced, unsynced }: { synced: pg.Pool; unsynced: pg.Pool }, timed: Timed): Database {
  const queryable = queryableBy(synced, timed);
  let closed: Promise<unknown> | undefined;
  return {
    ...queryable,
    async atomically(list) {
      const statements = list(queryable);
      if (statements.length === 0) return;
      const run = async (): Promise<void> => await transaction(synced, statements);
      await timed('atomic', async () => await retried('a transaction', run));
    },
    unsynced: queryableBy(unsynced, timed),
    async ping() {
      await retried('ping', async () => await synced.query('select 1 from latchkey.users limit 1'));
    },
    async close() {
      await (closed ??= Promise.all([synced.end(), unsynced.end()]));
    },
  };
}

/**
 * Serializable: what a statement of the list has read stays true until its commit, or the whole list
 * is tried again. So a session is never inserted for a password that is being changed at the moment.
 */
async function transaction(pool: pg.Pool, statements: (Statement | ExactlyOne<Statement>)[]): Promise<void> {
  const client = await pool.connect();
  let fault: Error | undefined;
  // The pool listens on idle connections only. One that is lost in the middle, between two statements,
  // says so to nobody else, and without a listener the process would end.
  const noteFault = (lost: Error): void => void (fault = lost);
  client.on('error', noteFault);
  try {
    await client.query('begin isolation level serializable');
    for (const one of statements) {
      const { sql, params } = ('exactlyOne' in one ? one.exactlyOne : one).toSQL();
      // One after the other: they are one transaction on one connection.
      // oxlint-disable-next-line no-await-in-loop
      const { rowCount } = await client.query(sql, params);
      if ('exactlyOne' in one && rowCount !== 1) throw new NotExactlyOne();
    }
    await client.query('commit');
  } catch (error) {
    // Where it was not PostgreSQL that refused, nobody answers there: a rollback would wait as long again.
    if (isRefused(error)) await client.query('rollback').catch(noteFault);
    else fault ??= new Error('The connection answers no more', { cause: error });
    throw error;
  } finally {
    client.off('error', noteFault);
    client.release(fault);
  }
}

function queryableBy(pool: pg.Pool, timed: Timed): Queryable {
  const orm = drizzle(
    async (text, values: unknown[]) => {
      const ask = async () => await pool.query({ text, values, rowMode: 'array' });
      return await timed(kindOf(text), async () => await retried(text, ask));
    },
    { schema: tables },
  );
  passErrorsThrough(orm);
  // The one cast between the two databases: the same builders over tables that a test holds equal.
  return { orm, tables } as unknown as Queryable;
}

const isRefused = (error: unknown): boolean => error instanceof pg.DatabaseError || error instanceof NotExactlyOne;

const mostTries = 6;

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
