import { count, gt, inArray } from 'drizzle-orm';

import type { Queryable } from './database.ts';

/** Every table, and what its rows are called. Those that others refer to come first; a test knows when one is missing. */
export const allTables = {
  users: 'users',
  sessions: 'sessions',
  limitCounters: 'limit counters',
  events: 'events',
  jobs: 'jobs',
  oneTimeTokens: 'one-time tokens',
  ceremonies: 'ceremonies',
  totps: 'authenticator apps',
  recoveryCodes: 'recovery codes',
  passkeys: 'passkeys',
  signingKeys: 'signing keys',
} as const;

export type TableName = keyof typeof allTables;

export const tableNames = Object.keys(allTables) as TableName[];

/** Rows of one table; beyond the id only their table knows what is in them. */
export type Row = { id: string } & Record<string, unknown>;

const batchSize = 1000;

// The builders know one table at a time. What is done here is right for each that has an `id`.
const tableOf = ({ tables }: Queryable, name: TableName): Queryable['tables']['users'] =>
  tables[name] as Queryable['tables']['users'];

export async function countRows(db: Queryable, name: TableName): Promise<number> {
  const [found] = await db.orm.select({ rows: count() }).from(tableOf(db, name));
  return found?.rows ?? 0;
}

/** All rows in the order of their ids, some at a time. */
export async function* inBatches(db: Queryable, name: TableName): AsyncGenerator<Row[]> {
  const table = tableOf(db, name);
  let last: string | undefined;
  do {
    const rows: Row[] = await db.orm
      .select()
      .from(table)
      .where(last === undefined ? undefined : gt(table.id, last))
      .orderBy(table.id)
      .limit(batchSize);
    if (rows.length > 0) yield rows;
    last = rows.length < batchSize ? undefined : rows.at(-1)?.id;
  } while (last !== undefined);
}

/** Those rows of a table that have one of these ids. */
export async function rowsWith(db: Queryable, name: TableName, ids: string[]): Promise<Map<string, Row>> {
  const table = tableOf(db, name);
  const rows: Row[] = await db.orm.select().from(table).where(inArray(table.id, ids));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Leaves out what is taken: of two that insert the same row at once, both are right. */
export async function insertMissing(db: Queryable, name: TableName, rows: Row[]): Promise<void> {
  const table = tableOf(db, name);
  await db.orm
    .insert(table)
    .values(rows as (typeof table.$inferInsert)[])
    .onConflictDoNothing();
}
