import Sqlite from 'better-sqlite3';

import type { TestApp } from './test-app.ts';

/** The first column of what a query finds in the database of a server that runs. */
export function read(app: TestApp, sql: string): unknown[] {
  const client = new Sqlite(app.file, { readonly: true });
  try {
    return client.prepare(sql).pluck().all();
  } finally {
    client.close();
  }
}

/** Changes that database as another program would. */
export function write(app: TestApp, sql: string): void {
  const client = new Sqlite(app.file);
  client.pragma('foreign_keys = ON');
  client.exec(sql);
  client.close();
}
