import { cpSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';

import { runLatchkey } from './command-line.ts';
import { makeOldServerFile } from './old-server-file.ts';
import { projectFolder } from './process.ts';
import { ada } from './test-app.ts';

type Folder = ReturnType<typeof projectFolder>;

/** What the commands of the documentation find: a database with Ada, and files to import, also those of other servers. */
export async function preparedFolder(): Promise<Folder> {
  const folder = projectFolder();
  const env = { DATABASE_URL: `file:${folder.file('userAuth.db')}` };
  await runLatchkey(['migrate'], { env });
  cpSync(folder.file('userAuth.db'), folder.file('empty.db'));
  await runLatchkey(['users', 'create', ada.email, '--password-from-stdin'], { env, input: `${ada.password}\n` });
  makeOldServerFile(folder.file('old.db'));
  makeBetterAuthFile(folder.file('app.db'));
  writeFileSync(folder.file('accounts.jsonl'), `${JSON.stringify({ email: 'grace@example.com' })}\n`);
  writeFileSync(folder.file('password.txt'), `${ada.password}\n`);
  return folder;
}

/** Another one with the same in it. */
export function copyOf(prepared: Folder): Folder {
  const folder = projectFolder();
  for (const name of ['userAuth.db', 'empty.db', 'old.db', 'app.db', 'accounts.jsonl', 'password.txt'])
    cpSync(prepared.file(name), folder.file(name));
  return folder;
}

/** As Better Auth makes it, as far as it matters here. */
function makeBetterAuthFile(path: string): void {
  const client = new Sqlite(path);
  client.exec(`
    create table user (id text, email text, name text, emailVerified integer, createdAt text);
    create table account (userId text, providerId text, password text);
    insert into user values ('a', 'ada@example.com', 'Ada', 1, '2024-05-31T10:00:00.123Z');`);
  client.close();
}
