import Sqlite from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';

import { allTables, countRows, tableNames } from './all-tables.ts';
import type { TableName } from './all-tables.ts';
import { openReadonly, tableNames as tableNamesIn } from './old-server-file.ts';
import { openSource, readingFrom } from './open-source.ts';

/** How many rows each table has. */
type Rows = Map<TableName, number>;

export interface BackupReport {
  accounts: number;
  /** In the file and in its copy. */
  rows: Rows;
}

/** So many pages are copied before others have their turn: Ctrl-C, the progress bar. */
const pagesAtOnce = 100;

/**
 * Copies a file of ours, also of an older version, as it is at this moment; a server may go on
 * writing to it. The copy is one file, without a log beside it, and is checked before this resolves.
 *
 * @param copy the path of an empty file
 * @param onProgress is told how many of how many pages are done
 */
export async function backUp(
  path: string,
  copy: string,
  onProgress: (done: number, total: number) => void,
): Promise<BackupReport> {
  const source = openSource(path);
  try {
    const { totalPages } = await source.backup(copy, {
      progress({ totalPages: total, remainingPages }) {
        onProgress(total - remainingPages, total);
        return pagesAtOnce;
      },
    });
    onProgress(totalPages, totalPages);
    withoutLog(copy);
    const rows = await countEach(source);
    await check(copy, rows);
    return { accounts: rows.get('users') ?? 0, rows };
  } finally {
    source.close();
  }
}

/** A copy says of itself that it has a write-ahead log. As long as it does, merely looking at it makes one. */
function withoutLog(copy: string): void {
  const client = new Sqlite(copy);
  try {
    client.pragma('journal_mode = DELETE');
  } finally {
    client.close();
  }
}

async function check(copy: string, expected: Rows): Promise<void> {
  const client = openReadonly(copy);
  try {
    const verdict = client.prepare('pragma integrity_check').pluck().all();
    if (verdict.join() !== 'ok') throw new Error(`the copy is damaged, and so is the database: ${String(verdict[0])}`);
    const lost = client.prepare('pragma foreign_key_check').all().length;
    if (lost > 0) throw new Error(`${lost} rows refer to rows that do not exist`);
    const found = await countEach(client);
    for (const [table, rows] of expected) {
      const inCopy = found.get(table);
      if (rows !== inCopy) throw new Error(`the copy holds ${inCopy} ${allTables[table]} instead of ${rows}`);
    }
  } finally {
    client.close();
  }
}

/** Those tables that the file has: an older version may have had fewer. */
async function countEach(client: Sqlite.Database): Promise<Rows> {
  const reading = readingFrom(client);
  const present = tableNamesIn(client);
  const rows: Rows = new Map();
  for (const name of tableNames) {
    if (present.includes(getTableName(reading.tables[name]))) rows.set(name, await countRows(reading, name));
  }
  return rows;
}
