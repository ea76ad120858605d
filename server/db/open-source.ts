import { statSync } from 'node:fs';

import type Sqlite from 'better-sqlite3';

import type { Queryable } from './database.ts';
import { historyTable, newestMigration } from './migrations.ts';
import { isOldServerFile, isOurs, OldServerFile, openReadonly, unusableBecause } from './old-server-file.ts';
import { queryableBy } from './open-sqlite.ts';
import { Unusable } from './sqlite-file.ts';

/**
 * Opens a file of ours for reading only, and keeps it as it is at this moment: what others write
 * meanwhile is not seen. Their writing goes on; only the log beside the file cannot be cut until this is closed.
 *
 * @throws Unusable when it is missing, or not ours
 */
export function openSource(path: string): Sqlite.Database {
  const client = openExisting(path);
  try {
    if (isOldServerFile(client)) throw new OldServerFile(path);
    if (!isOurs(client)) throw new Unusable(`The file ${path} is not a database of Latchkey.`);
    client.exec('begin');
    // The moment is that of the first statement after it.
    client.prepare('select 1 from sqlite_schema').get();
    return client;
  } catch (error) {
    client.close();
    throw unusableBecause(path, error);
  }
}

/** @throws Unusable unless every migration that this version knows was applied, and no other. */
export function refuseOtherVersion(path: string, client: Sqlite.Database): void {
  const applied = Number(client.prepare(`select max(created_at) from ${historyTable}`).pluck().get());
  const known = newestMigration('sqlite');
  if (applied === known) return;
  throw new Unusable(
    applied > known
      ? `The file ${path} was made by a newer version of Latchkey. Use that version.`
      : `The file ${path} was made by an older version of Latchkey. Start this one on it once, stop it, and try again.`,
  );
}

/** Tells whether anybody has written to a file since this was called. */
export function watchSource(path: string): Disposable & { isWritten(): boolean } {
  const client = openExisting(path);
  const version = (): unknown => client.pragma('data_version', { simple: true });
  try {
    const before = version();
    return { isWritten: () => version() !== before, [Symbol.dispose]: () => client.close() };
  } catch (error) {
    client.close();
    throw unusableBecause(path, error);
  }
}

function openExisting(path: string): Sqlite.Database {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Unusable(`The file ${path} does not exist.`);
  return openReadonly(path);
}

/** The query builder over an open file, for statements that read. */
export const readingFrom = (client: Sqlite.Database): Queryable =>
  queryableBy((sql, params) => {
    const statement = client.prepare(sql).raw(true);
    return { rows: statement.all(...params) };
  });
