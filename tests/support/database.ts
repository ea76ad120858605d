import Sqlite from 'better-sqlite3';

import type { TestApp } from './test-app.ts';

/** Every user and every session, on either database. */
export async function stored(app: TestApp) {
  const { orm, tables } = await app.db();
  return { users: await orm.select().from(tables.users), sessions: await orm.select().from(tables.sessions) };
}

/** How many users and sessions there are. */
export async function counts(app: TestApp): Promise<{ users: number; sessions: number }> {
  const { users, sessions } = await stored(app);
  return { users: users.length, sessions: sessions.length };
}

/** The first column of what a statement finds in the server's SQLite file. */
export function read(app: TestApp, sql: string): unknown[] {
  const client = new Sqlite(app.database.file, { readonly: true });
  try {
    return client.prepare(sql).pluck().all();
  } finally {
    client.close();
  }
}

/** Changes the server's SQLite file behind its back. */
export function write(app: TestApp, sql: string): void {
  const client = new Sqlite(app.database.file);
  client.pragma('foreign_keys = ON');
  client.exec(sql);
  client.close();
}

/** Every user and every session, to be compared with itself later. */
export const accountsIn = (app: TestApp): unknown[] => [
  ...read(app, 'select json_array(id, email, name, password_hash) from users order by id'),
  ...read(app, 'select json_array(id, user_id, hex(token_hash), expires_at) from sessions order by id'),
];
