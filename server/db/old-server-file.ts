import Sqlite from 'better-sqlite3';

import { historyTable } from './database.ts';
import { Unusable } from './sqlite-file.ts';

/** A file that the server made which Latchkey replaces: it can be imported. */
export class OldServerFile extends Unusable {
  readonly path: string;

  constructor(path: string) {
    super(
      `The database ${path} was made by the old Express server: its table "users" holds passwords as they were typed.`,
    );
    this.path = path;
  }
}

/** One row of the old table. Nothing but the id was ever checked, so a value may be of any kind. */
export interface OldAccount {
  id: string;
  email: unknown;
  password: unknown;
}

/** Opens a file for reading only; not one byte of it changes. */
export function openReadonly(path: string): Sqlite.Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 50 });
  } catch (error) {
    throw Unusable.because(path, error);
  }
}

/** The tables of a file, without those that SQLite keeps for itself. */
export function tableNames(client: Sqlite.Database): unknown[] {
  const query =
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name";
  return client.prepare(query).pluck().all();
}

/** Whether a migration of Latchkey was ever applied to the file. */
export function isOurs(client: Sqlite.Database): boolean {
  if (!tableNames(client).includes(historyTable)) return false;
  return client.prepare(`select 1 from ${historyTable}`).get() !== undefined;
}

/** A `users` table with the columns of the old server, in a file that is not ours. */
export function isOldServerFile(client: Sqlite.Database): boolean {
  const columns = client.prepare("select lower(name) from pragma_table_info('users')").pluck().all();
  return !isOurs(client) && ['id', 'email', 'password'].every((name) => columns.includes(name));
}

/**
 * Reads every account of an old file, in the order of their ids.
 *
 * @throws Unusable when the file is none of the old server's
 */
export function readOldAccounts(path: string): OldAccount[] {
  const client = openReadonly(path);
  try {
    if (!isOldServerFile(client)) {
      throw new Unusable(
        `The file ${path} was not made by the old server: it has no table users (id, email, password).`,
      );
    }
    const rows = client
      .prepare<[], Omit<OldAccount, 'id'> & { id: number }>('select id, email, password from users order by id')
      .all();
    return rows.map((row) => ({ ...row, id: String(row.id) }));
  } catch (error) {
    throw Unusable.because(path, error);
  } finally {
    client.close();
  }
}
