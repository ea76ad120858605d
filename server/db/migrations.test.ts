import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { describe, expect, test } from 'vitest';

import { drizzleKit } from '../../tests/support/drizzle-kit.ts';
import { isMany } from '../../tests/support/many.ts';
import { root } from '../../tests/support/process.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { historyTable } from './migrations.ts';
import { openSqlite } from './open-sqlite.ts';

function dump(path: string): { schema: unknown[]; history: unknown[] } {
  const client = new Sqlite(path, { readonly: true });
  const schema = client
    .prepare(
      "select type, name, tbl_name, sql from sqlite_schema where name not like 'sqlite\\_%' escape '\\' order by name",
    )
    .all();
  const history = client.prepare('select hash, created_at from latchkey_migrations').all();
  client.close();
  return { schema, history };
}

describe('the migrations', () => {
  test('say all that the schema says: drizzle-kit has nothing to generate', async () => {
    using folder = temporaryFolder();
    cpSync(`${root}/drizzle/sqlite`, folder.path, { recursive: true });
    const before = readdirSync(folder.path);
    const said = await drizzleKit([
      'generate',
      '--dialect=sqlite',
      '--schema=./server/db/schema.ts',
      `--out=${relative(root, folder.path)}`,
    ]);
    expect(said).toContain('No schema changes');
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test('are consistent: drizzle-kit check agrees', async () => {
    expect(await drizzleKit(['check'])).toContain("Everything's fine");
  });

  test('applied by drizzle-kit are the ones that the server applies', async () => {
    using folder = temporaryFolder();
    const [byKit, byServer] = [folder.file('kit.db'), folder.file('server.db')];
    await drizzleKit(['migrate'], `file:${byKit}`);
    await (await openSqlite(`file:${byServer}`)).close();
    expect(dump(byKit)).toEqual(dump(byServer));

    // Each finds nothing to do after the other.
    await (await openSqlite(`file:${byKit}`)).close();
    await drizzleKit(['migrate'], `file:${byServer}`);
    expect(dump(byKit)).toEqual(dump(byServer));
    expect(dump(byKit).history).toHaveLength(migrationFiles().length);
  });

  test.each(isMany ? ['the server', 'drizzle-kit'] : ['the server'])(
    'by %s bring a database of an earlier version up to date, and keep every row',
    async (by) => {
      using folder = temporaryFolder();
      const file = folder.file('a.db');
      applyFirst(file, folder.path);
      const before = dump(file);
      if (by === 'the server') await (await openSqlite(`file:${file}`)).close();
      else await drizzleKit(['migrate'], `file:${file}`);

      expect(rowsOf(file)).toEqual({ users: 3, sessions: 6 });
      const after = dump(file);
      expect(after.history).toHaveLength(migrationFiles().length);
      expect(after.history).toEqual(expect.arrayContaining(before.history));
    },
  );

  // Drizzle applies only what is newer than the newest that was applied.
  test('are in the order of their times', () => {
    const journal = JSON.parse(readFileSync(`${root}/drizzle/sqlite/meta/_journal.json`, 'utf8')) as {
      entries: { when: number }[];
    };
    const times = journal.entries.map(({ when }) => when);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  // In a transaction SQLite ignores `PRAGMA foreign_keys`, and the rebuild of a table then deletes
  // every row that refers to it (drizzle-orm #5782).
  test('that drop a table begin with the guard against foreign keys', () => {
    expect(migrationFiles().length).toBeGreaterThan(0);
    for (const file of migrationFiles()) {
      const sql = readFileSync(`${root}/drizzle/sqlite/${file}`, 'utf8');
      if (/drop table/i.test(sql)) expect(sql).toMatch(/^CREATE TEMP TABLE foreign_keys_must_be_off/);
    }
  });
});

/** The database as the first migration made it, with three users and two sessions of each. */
function applyFirst(file: string, folder: string): void {
  cpSync(`${root}/drizzle/sqlite`, `${folder}/migrations`, { recursive: true });
  const path = `${folder}/migrations/meta/_journal.json`;
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: unknown[] };
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }));
  const client = new Sqlite(file);
  migrate(drizzle(client), { migrationsFolder: `${folder}/migrations`, migrationsTable: historyTable });
  for (const user of ['a', 'b', 'c']) {
    client.exec(
      `insert into users (id, created_at, email, password_hash) values ('${user}', 1, '${user}@example.com', 'x')`,
    );
    for (const session of ['1', '2'])
      client.exec(
        `insert into sessions (id, created_at, user_id, token_hash, last_seen_at, expires_at) values ('${user}${session}', 1, '${user}', '${user}${session}', 1, 1)`,
      );
  }
  client.close();
}

function rowsOf(file: string): Record<string, unknown> {
  const client = new Sqlite(file, { readonly: true });
  const count = (table: string): unknown => client.prepare(`select count(*) from ${table}`).pluck().get();
  const rows = { users: count('users'), sessions: count('sessions') };
  client.close();
  return rows;
}

const migrationFiles = (): string[] => readdirSync(`${root}/drizzle/sqlite`).filter((name) => name.endsWith('.sql'));
