import { createHash } from 'node:crypto';

import Sqlite from 'better-sqlite3';

import { openSqlite } from '../../server/db/open-sqlite.ts';
import { newId } from '../../server/kernel/id.ts';

/** The token of the session that the user with this number has. */
export const tokenOf = (index: number): string => String(index).padStart(43, 't');

const columnsOfUser = '(id, created_at, email, name, password_hash, imported_id)';
const columnsOfSession = '(id, created_at, user_id, token_hash, last_seen_at, expires_at)';

/** Makes a database with so many users, each with a session, and a counter for every tenth. */
export async function makeFilledFile(path: string, users: number): Promise<void> {
  await (await openSqlite(`file:${path}`)).close();
  const now = Date.now();
  const client = new Sqlite(path);
  const insertUser = client.prepare(`insert into users ${columnsOfUser} values (?, ?, ?, ?, ?, ?)`);
  const insertSession = client.prepare(`insert into sessions ${columnsOfSession} values (?, ?, ?, ?, ?, ?)`);
  const insertCounter = client.prepare('insert into limit_counters values (?, ?, 3, 0, ?)');
  client.transaction(() => {
    for (let index = 0; index < users; index += 1) {
      const id = newId();
      const [name, importedId] = index % 3 === 0 ? [`Zoë ${index} 🗝`, String(index)] : [null, null];
      insertUser.run(id, now + index, `user${index}@example.com`, name, `$2b$10$${'h'.repeat(53)}`, importedId);
      const tokenHash = createHash('sha256').update(tokenOf(index)).digest();
      insertSession.run(newId(), now, id, tokenHash, now, now + 86_400_000);
      if (index % 10 === 0) insertCounter.run(`login.address 203.0.${index}`, now, now + 3_600_000);
    }
  })();
  client.close();
}
