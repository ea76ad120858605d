import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from './database.ts';

/**
 * A query that is written once for each database, with placeholders for its values: for what is asked with every
 * call, since Drizzle takes longer to write a query than SQLite to answer it.
 */
export function prepared<Query extends object>(write: (db: Queryable) => Query): (db: Queryable) => Query {
  const written = new WeakMap<Queryable, Query>();
  return (db) => {
    const known = written.get(db);
    if (known) return known;
    const query = write(db);
    written.set(db, query);
    return query;
  };
}

/** A value of a prepared query that is stored as those of this column are, such as a date. */
export const placeholderOf = (column: SQLiteColumn, name: string): SQL =>
  sql`${sql.param(sql.placeholder(name), column)}`;
