import { is } from 'drizzle-orm';
import { getTableConfig as postgresConfig, PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as sqliteConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';

import * as sqlite from './schema.ts';
import * as postgres from './schema.postgres.ts';

/** What both dialects have of a table. */
interface Config {
  name: string;
  columns: {
    name: string;
    notNull: boolean;
    primary: boolean;
    isUnique: boolean;
    uniqueName: string | undefined;
    dataType: string;
    hasDefault: boolean;
  }[];
  indexes: { config: { name?: string | undefined; unique: boolean; columns: unknown[] } }[];
  foreignKeys: {
    onDelete: string | undefined;
    onUpdate: string | undefined;
    reference(): { columns: { name: string }[]; foreignColumns: { name: string }[] };
  }[];
}

const outline = (table: Config) => ({
  name: table.name,
  columns: table.columns.map(({ name, notNull, primary, isUnique, uniqueName, hasDefault, dataType }) => ({
    name,
    notNull,
    primary,
    unique: isUnique ? uniqueName : undefined,
    hasDefault,
    // PostgreSQL has no bytes in this version of Drizzle, so they are a type of our own.
    kind: dataType === 'custom' ? 'buffer' : dataType,
  })),
  indexes: table.indexes.map(({ config }) => ({
    name: config.name,
    unique: config.unique,
    columns: config.columns.map((column) => (column as { name: string }).name),
  })),
  foreignKeys: table.foreignKeys.map((key) => ({
    onDelete: key.onDelete,
    onUpdate: key.onUpdate ?? 'no action',
    from: key.reference().columns.map(({ name }) => name),
    to: key.reference().foreignColumns.map(({ name }) => name),
  })),
});

test('the tables of the two databases have the same names, keys, columns and indexes', () => {
  const ours = Object.entries(sqlite).map(([name, table]) => [name, outline(sqliteConfig(table))] as const);
  const mirror = Object.entries(postgres).flatMap(([name, table]) =>
    is(table, PgTable) ? [[name, outline(postgresConfig(table))] as const] : [],
  );
  expect(ours.length).toBeGreaterThan(2);
  expect(Object.values(sqlite).every((table) => is(table, SQLiteTable))).toBe(true);
  expect(Object.fromEntries(mirror)).toEqual(Object.fromEntries(ours));
});

test('all of PostgreSQL’s tables are in a schema of their own', () => {
  const schemas = Object.values(postgres).flatMap((table) =>
    is(table, PgTable) ? [postgresConfig(table).schema] : [],
  );
  expect(schemas.length).toBeGreaterThan(2);
  expect(new Set(schemas)).toEqual(new Set(['latchkey']));
});

// db/postgres-errors reads the column out of the name.
test('unique constraints are named by table and column', () => {
  for (const table of Object.values(sqlite)) {
    const { name, columns } = sqliteConfig(table);
    for (const column of columns.filter(({ isUnique }) => isUnique))
      expect(column.uniqueName).toBe(`${name}_${column.name}_unique`);
  }
});
