import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

import { folderOf, historyTable, newestMigration } from './migrations.ts';
import { Unusable } from './sqlite-file.ts';

export const schemaName = 'latchkey';

/** Any number, as long as every instance takes the same: of those that start at once, one migrates. */
const lock = 7_465_237_401;

/**
 * Applies the migrations that are missing, in one transaction. Where there is nothing to do, it only
 * reads, so that the role that serves needs no right to change tables.
 *
 * @throws Unusable when the schema is not ours, or of a newer version
 */
export async function migratePostgres(connection: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    if (await isUpToDate(client, name)) return;
    // Held by the session: it ends with the connection, however this ends.
    await client.query('select pg_advisory_lock($1)', [lock]);
    if (await isUpToDate(client, name)) return;
    await refuseForeign(client, name);
    await applyMigrations(drizzle(client), {
      migrationsFolder: folderOf('postgres'),
      migrationsSchema: schemaName,
      migrationsTable: historyTable,
    });
  } finally {
    await client.end();
  }
}

async function isUpToDate(client: pg.Client, name: string): Promise<boolean> {
  if (!(await hasHistory(client))) return false;
  const found = await client.query<{ newest: string | null }>(
    `select max(created_at) as newest from ${schemaName}.${historyTable}`,
  );
  const applied = Number(found.rows[0]?.newest ?? 0);
  const known = newestMigration('postgres');
  if (applied > known) {
    throw new Unusable(
      `The database ${name} was made by a newer version of Latchkey. Start that version or a later one, or restore a backup made with this one.`,
    );
  }
  return applied === known;
}

async function hasHistory(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ history: string | null }>('select to_regclass($1) as history', [
    `${schemaName}.${historyTable}`,
  ]);
  return rows[0]?.history !== null;
}

async function refuseForeign(client: pg.Client, name: string): Promise<void> {
  if (await hasHistory(client)) return;
  const { rows } = await client.query<{ table_name: string }>(
    'select table_name from information_schema.tables where table_schema = $1 order by table_name limit 5',
    [schemaName],
  );
  if (rows.length === 0) return;
  const some = rows.map((row) => row.table_name).join(', ');
  throw new Unusable(
    `The database ${name} has a schema "${schemaName}" with tables of another program (${some}). Set DATABASE_URL to another database.`,
  );
}
