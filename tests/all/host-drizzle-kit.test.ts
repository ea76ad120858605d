import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';

import { createAuth } from '../../server/create-auth.ts';
import { drizzleKit } from '../support/drizzle-kit.ts';
import { root } from '../support/process.ts';

// Inside the project, so that a host's schema finds drizzle-orm as it would in a project of its own.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'host-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'app.db');
const here = relative(root, folder).replaceAll('\\', '/');

writeFileSync(
  join(folder, 'schema.ts'),
  `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { users } from '../../server/entries/schema-sqlite.ts';

export const posts = sqliteTable('posts', {
  id: integer('id').primaryKey(),
  authorId: text('author_id').notNull().references(() => users.id, { onDelete: 'cascade' }),
});
`,
);
writeFileSync(
  join(folder, 'drizzle.config.ts'),
  `import { defineConfig } from 'drizzle-kit';
import { tablesFilter } from '../../server/entries/schema-sqlite.ts';

export default defineConfig({
  dialect: 'sqlite',
  schema: './${here}/schema.ts',
  out: './${here}/drizzle',
  dbCredentials: { url: 'file:./${here}/app.db' },
  tablesFilter,
});
`,
);
const hostKit = async (...args: string[]): Promise<string> =>
  await drizzleKit([...args, `--config=${here}/drizzle.config.ts`]);

const migrations = (): string[] => readdirSync(join(folder, 'drizzle')).filter((name) => name.endsWith('.sql'));

function tables(): Record<string, unknown> {
  const client = new Sqlite(file, { readonly: true });
  const rows = client
    .prepare<[], { name: string; sql: string }>("select name, sql from sqlite_schema where type = 'table'")
    .all();
  client.close();
  return Object.fromEntries(rows.map(({ name, sql }) => [name, sql]));
}

const prepare = async () =>
  await createAuth({
    databaseUrl: `file:${file}`,
    sharesDatabase: true,
    log: { info() {}, warn() {}, error() {} } as never,
  });

test('a host with drizzle-kit on the same SQLite file refers to our tables, and neither takes the other’s for drift', async () => {
  // The host's migration makes its own tables, with a reference to ours.
  await hostKit('generate', '--name=first');
  expect(migrations()).toEqual(['0000_first.sql']);
  const sql = readFileSync(join(folder, 'drizzle', '0000_first.sql'), 'utf8');
  expect(sql).toContain('REFERENCES `users`(`id`)');
  expect(sql.match(/CREATE TABLE/g)).toHaveLength(1);

  const auth = await prepare();
  await auth.migrate();
  await hostKit('migrate');
  const both = tables();
  expect(Object.keys(both)).toEqual(
    expect.arrayContaining(['users', 'latchkey_migrations', 'posts', '__drizzle_migrations']),
  );

  // Neither finds anything to do after the other.
  expect(await hostKit('generate', '--name=second')).toContain('No schema changes');
  expect(await hostKit('push')).toContain('No changes detected');
  await auth.migrate();
  await auth.close();
  const again = await prepare();
  await again.migrate();
  await again.ping();
  await again.close();
  expect(tables()).toEqual(both);

  // A change of the host's leaves ours alone.
  writeFileSync(
    join(folder, 'schema.ts'),
    readFileSync(join(folder, 'schema.ts'), 'utf8').replace(
      "integer('id').primaryKey(),",
      "integer('id').primaryKey(), title: text('title'),",
    ),
  );
  await hostKit('push', '--force');
  expect(tables()['posts']).toContain('title');
  expect({ ...tables(), posts: '' }).toEqual({ ...both, posts: '' });
});
