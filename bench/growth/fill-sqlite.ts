import { createHash } from 'node:crypto';

import Sqlite from 'better-sqlite3';

import { openSqlite } from '../../server/db/open-sqlite.ts';
import { days, systemClock } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { emailOf, sessionsEach, stride, tokenOf } from './people.ts';
import type { Filling } from './fill-postgres.ts';

const batch = 10_000;

/** Makes a file with so many users and their sessions. Nothing of it is synced before it is whole. */
export async function fillSqlite(path: string, { users, passwordHash, onProgress }: Filling): Promise<void> {
  await (await openSqlite(`file:${path}`)).close();
  using stack = new DisposableStack();
  const client = stack.adopt(new Sqlite(path), (one) => one.close());
  client.pragma('journal_mode = OFF');
  client.pragma('synchronous = OFF');
  client.pragma('cache_size = -1000000');
  client.pragma('foreign_keys = OFF');
  // Made at the end at once, which takes a part of the time.
  const indexes = client
    .prepare<[], { name: string; sql: string }>(
      "select name, sql from sqlite_schema where type = 'index' and sql is not null and tbl_name in ('users', 'sessions')",
    )
    .all();
  for (const { name } of indexes) client.exec(`drop index ${name}`);

  const now = systemClock.now().getTime();
  const inBatches = (total: number, done: number, insert: (index: number) => void): void => {
    const some = client.transaction((from: number, to: number) => {
      for (let index = from; index < to; index += 1) insert(index);
    });
    for (let from = 0; from < total; from += batch) {
      some(from, Math.min(total, from + batch));
      onProgress(done + Math.min(total, from + batch));
    }
  };

  const insertUser = client.prepare('insert into users (id, created_at, email, password_hash) values (?, ?, ?, ?)');
  const ids: string[] = [];
  inBatches(users, 0, (index) => {
    ids.push(newId());
    insertUser.run(ids[index], now, emailOf(index), passwordHash);
  });
  const insertSession = client.prepare(`insert into sessions
    (id, created_at, user_id, token_hash, browser, system, address, last_seen_at, expires_at)
    values (?, ?, ?, ?, 'Firefox 152', 'Linux', '203.0.113.9', ?, ?)`);
  inBatches(users * sessionsEach, users, (index) => {
    const hash = createHash('sha256').update(tokenOf(index)).digest();
    insertSession.run(newId(), now, ids[(index * stride) % users], hash, now, now + days(7));
  });
  for (const { sql } of indexes) client.exec(sql);
}
