import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { createAuth } from '../../server/create-auth.ts';
import { drizzleKit } from '../support/drizzle-kit.ts';
import { root } from '../support/process.ts';
import { asAdmin, blankDatabase } from '../support/test-database.ts';

mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'host-postgres-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const here = relative(root, folder).replaceAll('\\', '/');

writeFileSync(
  join(folder, 'schema.ts'),
  `import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { users as accounts } from '../../server/db/schema.postgres.ts';

// A table of the host's own by the same name is in nobody's way.
export const users = pgTable('users', {
  id: integer('id').primaryKey(),
  accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
});
`,
);
writeFileSync(
  join(folder, 'drizzle.config.ts'),
  `import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './${here}/schema.ts',
  out: './${here}/drizzle',
  dbCredentials: { url: process.env['DATABASE_URL'] ?? '' },
});
`,
);

const tablesAt = async (url: string): Promise<string[]> =>
  await asAdmin(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('public', 'latchkey', 'drizzle') order by 1",
    );
    return rows.map(({ name }) => name);
  });

test('a host with drizzle-kit on the same PostgreSQL refers to our tables, and neither takes the other’s for drift', async () => {
  const url = await blankDatabase();
  const hostKit = async (...args: string[]): Promise<string> =>
    await drizzleKit([...args, `--config=${here}/drizzle.config.ts`], url);
  const log = { info() {}, warn() {}, error() {} } as never;

  await hostKit('generate', '--name=first');
  const sql = readFileSync(join(folder, 'drizzle', '0000_first.sql'), 'utf8');
  expect(sql.match(/CREATE (TABLE|SCHEMA)/g)).toEqual(['CREATE TABLE']);
  expect(sql).toContain('REFERENCES "latchkey"."users"("id")');

  const auth = await createAuth({ databaseUrl: url, databasePoolSize: 2, log });
  await auth.migrate();
  await hostKit('migrate');
  const both = await tablesAt(url);
  expect(both).toEqual(expect.arrayContaining(['public.users', 'latchkey.users', 'drizzle.__drizzle_migrations']));

  expect(await hostKit('generate', '--name=second')).toContain('No schema changes');
  expect(await hostKit('push')).toContain('No changes detected');
  await auth.migrate();
  await auth.ping();
  await auth.close();
  expect(await tablesAt(url)).toEqual(both);
});
