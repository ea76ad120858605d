import { createHash } from 'node:crypto';

import { allTables, countRows, inBatches, insertMissing, rowsWith, tableNames } from './all-tables.ts';
import type { Row, TableName } from './all-tables.ts';
import { canonical, differences } from './canonical-row.ts';
import type { Queryable } from './database.ts';
import { printable } from './old-server-file.ts';
import { Unusable } from './sqlite-file.ts';

export interface Comparison {
  name: TableName;
  /** How many rows the source has, and SHA-256 over them in the order of their ids. */
  rows: number;
  digest: string;
  /** The same over what the target has of these rows. */
  targetDigest: string;
  /** Rows with the same id and other content, and the columns in which they differ. */
  differing: { id: string; columns: string[] }[];
  /** How many rows the target has of its own. */
  foreign: number;
}

export type OnProgress = (rowsDone: number) => void;

export async function countAll(db: Queryable): Promise<number> {
  const counts = await Promise.all(tableNames.map(async (name) => await countRows(db, name)));
  return counts.reduce((sum, rows) => sum + rows, 0);
}

/** Compares every row of the source with that of the same id in the target, and counts what is there besides. */
export async function compare(source: Queryable, target: Queryable, onProgress: OnProgress): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  let done = 0;
  for (const name of tableNames) {
    const [digest, targetDigest] = [createHash('sha256'), createHash('sha256')];
    const differing: Comparison['differing'] = [];
    const targetRows = await countRows(target, name);
    let [total, common] = [0, 0];
    for await (const rows of inBatches(source, name)) {
      const found = targetRows > 0 ? await rowsWith(target, name, idsOf(rows)) : none;
      for (const row of rows) {
        refuseNoTime(name, row);
        const other = found.get(row.id);
        const text = canonical(row);
        const otherText = other && canonical(other);
        digest.update(`${text}\n`);
        if (other) targetDigest.update(`${otherText}\n`);
        if (other && otherText !== text) differing.push({ id: row.id, columns: differences(row, other) });
      }
      total += rows.length;
      common += found.size;
      onProgress((done += rows.length));
    }
    const digests = { digest: digest.digest('hex'), targetDigest: targetDigest.digest('hex') };
    comparisons.push({ name, rows: total, ...digests, differing, foreign: targetRows - common });
  }
  return comparisons;
}

/** Copies every row that the target lacks. Each batch is there whole or not at all, so it may break off at any moment. */
export async function copy(source: Queryable, target: Queryable, onProgress: OnProgress): Promise<void> {
  let done = 0;
  for (const name of tableNames) {
    for await (const rows of inBatches(source, name)) {
      const present = await rowsWith(target, name, idsOf(rows));
      const missing = rows.filter(({ id }) => !present.has(id));
      if (missing.length > 0) await insertMissing(target, name, missing);
      onProgress((done += rows.length));
    }
  }
}

/** SQLite keeps any text in a column of instants, and no other database would take it. */
function refuseNoTime(name: TableName, row: Row): void {
  const column = Object.keys(row).find((one) => row[one] instanceof Date && Number.isNaN(row[one].getTime()));
  if (column === undefined) return;
  throw new Unusable(
    `What the row ${printable(row.id)} of the ${allTables[name]} has as ${column} is no time: another program has written it. Put that right, and run the move again.`,
  );
}

const none: ReadonlyMap<string, Row> = new Map();

const idsOf = (rows: Row[]): string[] => rows.map(({ id }) => id);
