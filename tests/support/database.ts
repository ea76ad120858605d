import Sqlite from 'better-sqlite3';

import type { TestApp } from './test-app.ts';

/** The first column of what a statement finds in the server's database. */
export function read(app: TestApp, sql: string): unknown[] {
  const client = new Sqlite(app.file, { readonly: true });
  try {
    return client.prepare(sql).pluck().all();
  } finally {
    client.close();
  }
}

/** Changes the server's database behind its back. */
export function write(app: TestApp, sql: string): void {
  const client = new Sqlite(app.file);
  client.pragma('foreign_keys = ON');
  client.exec(sql);
  client.close();
}

/** Every user and every session, to be compared with itself later. */
export const accountsIn = (app: TestApp): unknown[] => [
  ...read(app, 'select json_array(id, email, name, password_hash) from users order by id'),
  ...read(app, 'select json_array(id, user_id, hex(token_hash), expires_at) from sessions order by id'),
];
