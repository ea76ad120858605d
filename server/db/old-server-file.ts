import { existsSync } from 'node:fs';

import Sqlite from 'better-sqlite3';

import { historyTable } from './migrations.ts';
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

/** One row of the old table. Nothing in it was ever checked, so a value may be of any kind. */
export interface OldAccount {
  /** As text. Where the table is declared as the old server did it is there and unique; elsewhere neither is sure. */
  id: string | null;
  email: unknown;
  password: unknown;
}

/**
 * Text from a file, fit for a terminal and a single line: control characters, which could move the
 * cursor or hide what was printed, and characters that reorder text are shown by their numbers.
 */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** The sentence for what was thrown while a foreign file was read: SQLite's messages repeat names from it. */
export function unusableBecause(path: string, error: unknown): Unusable {
  return error instanceof Unusable ? error : new Unusable(printable(Unusable.because(path, error).message));
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

// Ids become text in SQL: as numbers of JavaScript those above 2^53 would be rounded, two of them to one.
// They are sorted as they are stored, and not as the column `id` of the result, where 10 comes before 2.
const selectAccounts = `
  select
    case typeof(id) when 'null' then null when 'blob' then quote(id) else cast(id as text) end as id,
    email as email,
    password as password
  from users
  order by users.id`;

/**
 * Reads every account of an old file, in the order of their ids.
 *
 * @throws Unusable when the file is none of the old server's
 */
export function readOldAccounts(path: string): OldAccount[] {
  if (!existsSync(path)) throw new Unusable(`The file ${path} does not exist.`);
  const client = openReadonly(path);
  try {
    if (!isOldServerFile(client)) {
      throw new Unusable(
        `The file ${path} was not made by the old server: it has no table users (id, email, password).`,
      );
    }
    return client.prepare<[], OldAccount>(selectAccounts).all();
  } catch (error) {
    throw unusableBecause(path, error);
  } finally {
    client.close();
  }
}

/** How many users there are in a file of ours, read anew from the disk. */
export function countUsers(path: string): number {
  const client = openReadonly(path);
  try {
    return Number(client.prepare('select count(*) from users').pluck().get());
  } finally {
    client.close();
  }
}
