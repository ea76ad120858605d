import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

import { Unusable } from '../server/db/sqlite-file.ts';

/**
 * Refuses what is missing, and what would be another the second time it is read: a pipe gives its lines once.
 *
 * @throws Unusable
 */
export function refuseOtherThanFile(path: string): void {
  const found = statsOf(path);
  if (!found) throw new Unusable(`The file ${path} does not exist.`);
  if (!found.isFile())
    throw new Unusable(
      `${path} is no regular file, and it is read more than once: put what comes out of a pipe into a file first.`,
    );
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotBeRead(path, error);
  }
}

export const cannotBeRead = (path: string, error: unknown): Unusable =>
  new Unusable(`The file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);

const headerOfSqlite = 'SQLite format 3\0';

/** Whether it is a database, which only the old server has made; anything else is taken for JSON lines. */
export function isSqlite(path: string): boolean {
  const bytes = Buffer.alloc(headerOfSqlite.length);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    length = readSync(file, bytes);
    closeSync(file);
  } catch (error) {
    throw cannotBeRead(path, error);
  }
  return bytes.toString('latin1', 0, length) === headerOfSqlite;
}
