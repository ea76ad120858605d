import Sqlite from 'better-sqlite3';
import { getTableName, is, Table } from 'drizzle-orm';

import type { TestApp } from './test-app.ts';

/** Every cell of every table, its bytes in several spellings. */
export async function dump(app: TestApp): Promise<string> {
  const { orm, tables } = await app.db();
  const cells: string[] = [];
  // On PostgreSQL their schema is beside them.
  for (const table of Object.values(tables).filter((one) => is(one, Table))) {
    const rows: Record<string, unknown>[] = await orm.select().from(table);
    for (const value of rows.flatMap((row) => [getTableName(table), ...Object.values(row)]))
      cells.push(...(Buffer.isBuffer(value) ? spellings(value) : [String(value)]));
  }
  return cells.join('\n').toLowerCase();
}

const spellings = (bytes: Buffer): string[] => [
  bytes.toString('hex'),
  bytes.toString('base64url'),
  bytes.toString('base64'),
  bytes.toString('latin1'),
];

/** How a database could hold a token: as text or as bytes, which are its own or those that it stands for in base64url, or in another encoding. */
export const variants = (token: string, bytes = Buffer.from(token, 'base64url')): string[] =>
  [token, ...spellings(Buffer.from(token)), ...spellings(bytes)].map((text) => text.toLowerCase());

/** Every cell of every table of a SQLite file, that of migrations among them, as `table.column` and text. */
export function cellsIn(file: string): [column: string, value: string][] {
  const client = new Sqlite(file, { readonly: true });
  try {
    const tables = client.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
    const rows = tables.flatMap((table) =>
      client
        .prepare<[], Record<string, unknown>>(`select * from "${table}"`)
        .all()
        .flatMap((row) => Object.entries(row).map(([column, value]) => [`${table}.${column}`, value] as const)),
    );
    return rows.map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? `bytes ${value.toString('hex')}` : String(value),
    ]);
  } finally {
    client.close();
  }
}
