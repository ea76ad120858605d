import { getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';

import { tableNames } from './all-tables.ts';
import * as schema from './schema.ts';

const tables = { ...schema };
const inSchema = Object.values(tables).filter((value) => is(value, SQLiteTable));

test('no table is forgotten by a move', () => {
  expect(inSchema.length).toBeGreaterThan(2);
  expect(tableNames.map((name) => getTableName(tables[name])).toSorted()).toEqual(
    inSchema.map((table) => getTableName(table)).toSorted(),
  );
});

test('each comes after those that it refers to, and has one key, the id', () => {
  const before = new Set<string>();
  for (const name of tableNames) {
    const { foreignKeys, columns } = getTableConfig(tables[name]);
    for (const key of foreignKeys) expect(before).toContain(getTableName(key.reference().foreignTable));
    expect(columns.filter(({ primary }) => primary).map((column) => column.name)).toEqual(['id']);
    before.add(getTableName(tables[name]));
  }
});

test('what refers to a row is found by an index when that row goes, instead of by reading a whole table', () => {
  for (const name of tableNames) {
    const { foreignKeys, indexes } = getTableConfig(tables[name]);
    // One that leaves rows out finds only some of them.
    const first = indexes.filter(({ config }) => !config.where).map(({ config }) => nameOf(config.columns[0]));
    for (const key of foreignKeys) expect(first).toContain(key.reference().columns[0]?.name);
  }
});

const nameOf = (column: object | undefined): unknown => column && 'name' in column && column.name;
