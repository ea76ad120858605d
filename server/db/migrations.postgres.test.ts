import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { describe, expect, test } from 'vitest';

import { drizzleKit } from '../../tests/support/drizzle-kit.ts';
import { isMany } from '../../tests/support/many.ts';
import { root } from '../../tests/support/process.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { asAdmin, blankDatabase } from '../../tests/support/test-database.ts';
import { historyTable } from './migrations.ts';
import { openPostgres } from './open-postgres.ts';

const open = async (url: string) => await openPostgres(url, { poolSize: 1, log: { warn: () => {} } });

/** Every column, constraint and index, and which migrations were applied. */
async function dump(url: string): Promise<unknown[]> {
  return await asAdmin(url, async (client) => {
    const questions = [
      "select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'latchkey' order by 1, 2",
      "select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'latchkey'::regnamespace order by 1",
      "select indexname, indexdef from pg_indexes where schemaname = 'latchkey' order by 1",
      'select hash, created_at from latchkey.latchkey_migrations order by 2',
    ];
    const answers: unknown[] = [];
    for (const question of questions) answers.push((await client.query(question)).rows);
    return answers;
  });
}

describe('the migrations of PostgreSQL', () => {
  test('say all that the schema says: drizzle-kit has nothing to generate', async () => {
    using folder = temporaryFolder();
    cpSync(`${root}/drizzle/postgres`, folder.path, { recursive: true });
    const before = readdirSync(folder.path);
    const out = `--out=${relative(root, folder.path)}`;
    const said = await drizzleKit(['generate', '--dialect=postgresql', '--schema=./server/db/schema.postgres.ts', out]);
    expect(said).toContain('No schema changes');
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test('are consistent: drizzle-kit check agrees', async () => {
    expect(await drizzleKit(['check'], 'postgres://localhost/x')).toContain("Everything's fine");
  });

  test.runIf(isMany)('applied by drizzle-kit are the ones that the server applies', async () => {
    const [byKit, byServer] = [await blankDatabase(), await blankDatabase()];
    await drizzleKit(['migrate'], byKit);
    await (await open(byServer)).close();
    expect(await dump(byKit)).toEqual(await dump(byServer));

    // Each finds nothing to do after the other.
    await (await open(byKit)).close();
    await drizzleKit(['migrate'], byServer);
    expect(await dump(byKit)).toEqual(await dump(byServer));
  });

  test.each(isMany ? ['the server', 'drizzle-kit'] : ['the server'])(
    'by %s bring a database of an earlier version up to date, and keep every row',
    async (by) => {
      using folder = temporaryFolder();
      const url = await blankDatabase();
      await applyFirst(url, folder.path);
      if (by === 'the server') await (await open(url)).close();
      else await drizzleKit(['migrate'], url);

      const [, , , history] = await dump(url);
      expect(history).toHaveLength(
        readdirSync(`${root}/drizzle/postgres`).filter((name) => name.endsWith('.sql')).length,
      );
      const { rows } = await asAdmin(
        url,
        async (client) =>
          await client.query(
            'select (select count(*) from latchkey.users)::int as users, (select count(*) from latchkey.sessions)::int as sessions',
          ),
      );
      expect(rows).toEqual([{ users: 3, sessions: 3 }]);
    },
  );
});

/** The database as the first migration made it, with three users and a session of each. */
async function applyFirst(url: string, folder: string): Promise<void> {
  cpSync(`${root}/drizzle/postgres`, `${folder}/migrations`, { recursive: true });
  const path = `${folder}/migrations/meta/_journal.json`;
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: unknown[] };
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }));
  await asAdmin(url, async (client) => {
    const settings = { migrationsSchema: 'latchkey', migrationsTable: historyTable };
    await migrate(drizzle(client), { migrationsFolder: `${folder}/migrations`, ...settings });
    await client.query(`
      insert into latchkey.users (id, created_at, email, password_hash)
        select gen_random_uuid(), now(), 'user' || n || '@example.com', 'x' from generate_series(1, 3) n;
      insert into latchkey.sessions (id, created_at, user_id, token_hash, last_seen_at, expires_at)
        select gen_random_uuid(), now(), id, sha256(email::bytea), now(), now() from latchkey.users`);
  });
}
