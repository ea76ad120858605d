import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

/** The history of applied migrations; a name of our own, so that a host's migrations are not mixed with ours. */
export const historyTable = 'latchkey_migrations';

export type Dialect = 'sqlite' | 'postgres';

const folders = {
  sqlite: fileURLToPath(new URL('../../drizzle/sqlite', import.meta.url)),
  postgres: fileURLToPath(new URL('../../drizzle/postgres', import.meta.url)),
};

export const folderOf = (dialect: Dialect): string => folders[dialect];

const journal = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

const entriesOf = (dialect: Dialect) =>
  journal.parse(JSON.parse(readFileSync(`${folderOf(dialect)}/meta/_journal.json`, 'utf8'))).entries;

/** When the newest migration that this version knows was made, in milliseconds; the history table holds the same number. */
export const newestMigration = (dialect: Dialect): number => Math.max(...entriesOf(dialect).map(({ when }) => when));

/** The names of the migrations that were made after a moment: those that are missing where it is that of the newest one applied. */
export const migrationsAfter = (dialect: Dialect, applied: number): string[] =>
  entriesOf(dialect)
    .filter(({ when }) => when > applied)
    .map(({ tag }) => tag);
