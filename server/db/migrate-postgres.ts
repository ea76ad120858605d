import { setTimeout as sleep } from 'node:timers/promises';

import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

import { minutes, seconds } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { folderOf, historyTable, migrationsAfter, newestMigration } from './migrations.ts';
import { Unusable } from './sqlite-file.ts';

export const schemaName = 'latchkey';

/** Any number, as long as every instance takes the same: of those that start at once, one migrates. */
const lock = 7_465_237_401;

export interface Migrating {
  log: Pick<Logger, 'warn'>;
  /** How long another instance may take to migrate, in milliseconds. */
  patience?: number;
}

/**
 * Applies the migrations that are missing, in one transaction. Where there is nothing to do, it only
 * reads, so that the role that serves needs no right to change tables.
 *
 * @throws Unusable when the schema is not ours, or of a newer version, or locked for too long
 */
export async function migratePostgres(connection: pg.ClientConfig, name: string, options: Migrating): Promise<void> {
  await withClient(connection, async (client) => {
    if (!(await isCurrent(client, name)) && (await takesTurn(client, name, options))) {
      await refuseForeign(client, name);
      await applyMigrations(drizzle(client), {
        migrationsFolder: folderOf('postgres'),
        migrationsSchema: schemaName,
        migrationsTable: historyTable,
      });
    }
    await ask(client, writesNothing);
    await warnWhereUnsynced(client, options);
  });
}

/** Changes no row, and is refused where nothing may be written: a standby answers what reads. */
export const writesNothing = `update ${schemaName}.users set id = id where false`;

/** Whether every migration that this version knows was applied. */
export async function isUpToDate(connection: pg.ClientConfig, name: string): Promise<boolean> {
  return await withClient(connection, async (client) => await isCurrent(client, name));
}

/**
 * The names of the migrations that are missing. It only reads.
 *
 * @throws Unusable when the schema is not ours, or of a newer version
 */
export async function missingMigrations(connection: pg.ClientConfig, name: string): Promise<string[]> {
  return await withClient(connection, async (client) => {
    if (await isCurrent(client, name)) return [];
    await refuseForeign(client, name);
    return migrationsAfter('postgres', await newestApplied(client));
  });
}

/** One lock that somebody holds must not hold up the start, nor everybody behind a migration that waits. */
const timeouts = { connectionTimeoutMillis: seconds(10), lock_timeout: seconds(5) };

/** @throws what the network or PostgreSQL says */
export async function withClient<Result>(
  connection: pg.ClientConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ ...connection, ...timeouts });
  // Whoever waits for an answer hears the same; without a listener the process would end.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    // A farewell would wait for an answer, from somebody who may still wait for a password.
    client.connection.stream.destroy();
    throw error;
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Asks something that has to be answered soon; a migration may take its time. */
export async function ask<Row extends pg.QueryResultRow>(client: pg.Client, text: string, values: unknown[] = []) {
  const query = { text, values, query_timeout: seconds(10) };
  return (await client.query<Row>(query)).rows;
}

const betweenLooks = 200;

/** Takes the lock, or waits for what its holder does. It belongs to the connection, and ends with it. */
async function takesTurn(client: pg.Client, name: string, { log, patience = minutes(3) }: Migrating): Promise<boolean> {
  for (let waited = 0; waited <= patience; waited += betweenLooks) {
    const [row] = await ask<{ mine: boolean }>(client, 'select pg_try_advisory_lock($1) as mine', [lock]);
    if (row?.mine) return !(await isCurrent(client, name));
    if (waited === 0) log.warn({ event: 'database.waiting' }, 'Waiting for another instance that migrates');
    await sleep(betweenLooks);
    if (await isCurrent(client, name)) return false;
  }
  throw new Unusable(
    `The database ${name} is being migrated by another instance, and that does not end. End that instance; select pid from pg_locks where locktype = 'advisory' says which connection is its own.`,
  );
}

async function warnWhereUnsynced(client: pg.Client, { log }: Migrating): Promise<void> {
  for (const setting of await unsyncedSettings(client))
    log.warn({ event: 'database.unsynced', setting }, unsyncedText(setting));
}

export const unsyncedText = (setting: string): string =>
  `${setting} is off: what was answered can be lost with PostgreSQL`;

/** The settings that let PostgreSQL answer before it has synced. */
export async function unsyncedSettings(client: pg.Client): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    client,
    "select name from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off'",
  );
  return rows.map(({ name }) => name);
}

async function isCurrent(client: pg.Client, name: string): Promise<boolean> {
  const applied = await newestApplied(client);
  const known = newestMigration('postgres');
  if (applied > known) {
    throw new Unusable(
      `The database ${name} was made by a newer version of Latchkey. Start that version or a later one, or restore a backup made with this one.`,
    );
  }
  return applied === known;
}

/** When the newest migration was made that was applied; 0 where none was. */
async function newestApplied(client: pg.Client): Promise<number> {
  if (!(await hasHistory(client))) return 0;
  const [row] = await ask<{ newest: string | null }>(
    client,
    `select max(created_at) as newest from ${schemaName}.${historyTable}`,
  );
  return Number(row?.newest ?? 0);
}

async function hasHistory(client: pg.Client): Promise<boolean> {
  const [row] = await ask<{ history: string | null }>(client, 'select to_regclass($1) as history', [
    `${schemaName}.${historyTable}`,
  ]);
  return row?.history !== null;
}

async function refuseForeign(client: pg.Client, name: string): Promise<void> {
  if (await hasHistory(client)) return;
  const rows = await ask<{ table_name: string }>(
    client,
    'select table_name from information_schema.tables where table_schema = $1 order by table_name limit 5',
    [schemaName],
  );
  if (rows.length === 0) return;
  const some = rows.map((row) => row.table_name).join(', ');
  throw new Unusable(
    `The database ${name} has a schema "${schemaName}" with tables of another program (${some}). Set DATABASE_URL to another database.`,
  );
}
