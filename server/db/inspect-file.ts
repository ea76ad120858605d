import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';

import type Sqlite from 'better-sqlite3';

import { historyTable, newestMigration } from './migrations.ts';
import {
  isOldServerFile,
  isOurs,
  OldServerFile,
  openReadonly,
  printable,
  tableNames,
  unusableBecause,
} from './old-server-file.ts';
import { ownTables } from './own-tables.ts';
import { Unusable } from './sqlite-file.ts';

/**
 * Looks at a file before anything opens it for writing: opening a database and setting its journal
 * mode changes its bytes, and a file that is not ours must stay as it is.
 *
 * @param options `isShared` where another program's tables may stand beside ours
 * @throws Unusable when the file belongs to another program, or to a newer Latchkey
 */
export function inspectFile(path: string, { isShared = false } = {}): void {
  if (path === ':memory:' || isMissingOrEmpty(path)) return;
  const client = openReadonly(path);
  try {
    if (isOurs(client)) refuseNewer(path, client);
    else if (isShared) refuseTaken(path, client);
    else refuseForeign(path, client);
  } catch (error) {
    throw unusableBecause(path, error);
  } finally {
    client.close();
  }
}

function isMissingOrEmpty(path: string): boolean {
  const found = statOf(path);
  if (found?.isDirectory()) throw new Unusable(`The database ${path} is a folder. Set DATABASE_URL to a file.`);
  return !found || found.size === 0;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw Unusable.because(path, error);
  }
}

function refuseForeign(path: string, client: Sqlite.Database): void {
  if (isOldServerFile(client)) throw new OldServerFile(path);
  const tables = tableNames(client).filter((name) => name !== historyTable);
  if (tables.length === 0) return;
  const some = tables.slice(0, 5).map((name) => printable(String(name)));
  throw new Unusable(
    `The database ${path} holds tables of another program (${some.join(', ')}). Set DATABASE_URL to a file of its own or, where they are your app's, sharesDatabase.`,
  );
}

/** In a host's own file only names can be in the way. */
function refuseTaken(path: string, client: Sqlite.Database): void {
  const taken = tableNames(client).filter((name) => ownTables.includes(String(name)));
  if (taken.length === 0) return;
  throw new Unusable(
    `The database ${path} has tables of these names already: ${taken.join(', ')}. Rename them, or give Latchkey a file of its own.`,
  );
}

function refuseNewer(path: string, client: Sqlite.Database): void {
  const applied = client.prepare(`select max(created_at) from ${historyTable}`).pluck().get();
  if (Number(applied) <= newestMigration('sqlite')) return;
  throw new Unusable(
    `The database ${path} was made by a newer version of Latchkey. Start that version or a later one, or restore a backup made with this one.`,
  );
}
