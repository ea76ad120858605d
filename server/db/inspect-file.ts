import { statSync } from 'node:fs';

import Sqlite from 'better-sqlite3';

import { historyTable } from './database.ts';
import { newestMigration } from './migrate.ts';
import { Unusable } from './sqlite-file.ts';

/**
 * Looks at a file before anything opens it for writing: opening a database and setting its journal
 * mode changes its bytes, and a file that is not ours must stay as it is.
 *
 * @throws Unusable when the file belongs to another program, or to a newer Latchkey
 */
export function inspectFile(path: string): void {
  if (path === ':memory:' || isMissingOrEmpty(path)) return;
  const client = openReadonly(path);
  try {
    refuseForeign(path, client);
    refuseNewer(path, client);
  } catch (error) {
    throw Unusable.because(path, error);
  } finally {
    client.close();
  }
}

/** A `users` table of the server that Latchkey replaces: numbered ids and passwords as they were typed. */
export function isOldServerFile(client: Sqlite.Database): boolean {
  const columns = columnsOf(client, 'users');
  return !hasTable(client, historyTable) && ['id', 'email', 'password'].every((name) => columns.includes(name));
}

export function openReadonly(path: string): Sqlite.Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 50 });
  } catch (error) {
    throw Unusable.because(path, error);
  }
}

function isMissingOrEmpty(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return !found || (found.isFile() && found.size === 0);
}

function refuseForeign(path: string, client: Sqlite.Database): void {
  if (hasTable(client, historyTable) || tableNames(client).length === 0) return;
  if (isOldServerFile(client)) throw new OldServerFile(path);
  throw new Unusable(
    `The database ${path} holds tables of another program (${tableNames(client).slice(0, 5).join(', ')}). Set DATABASE_URL to a file of its own.`,
  );
}

function refuseNewer(path: string, client: Sqlite.Database): void {
  if (!hasTable(client, historyTable)) return;
  const applied = client.prepare(`select max(created_at) from ${historyTable}`).pluck().get();
  if (Number(applied) <= newestMigration()) return;
  throw new Unusable(
    `The database ${path} was made by a newer version of Latchkey. Start that version or a later one, or restore a backup made with this one.`,
  );
}

/** A file that the old server made: it can be imported. */
export class OldServerFile extends Unusable {
  readonly path: string;

  constructor(path: string) {
    super(
      `The database ${path} was made by the old Express server: its table "users" holds passwords as they were typed.`,
    );
    this.path = path;
  }
}

function tableNames(client: Sqlite.Database): unknown[] {
  return client
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
    )
    .pluck()
    .all();
}

const hasTable = (client: Sqlite.Database, name: string): boolean => tableNames(client).includes(name);

function columnsOf(client: Sqlite.Database, table: string): unknown[] {
  return client.prepare('select lower(name) from pragma_table_info(?)').pluck().all(table);
}
