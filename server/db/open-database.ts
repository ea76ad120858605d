import type { Database } from './database.ts';
import type { PostgresOptions } from './open-postgres.ts';

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/**
 * Opens the database that a URL names, and brings its tables up to date. Loads the driver of the one
 * that is used, and not the other's.
 *
 * @param url `file:` and a path for SQLite, or `postgres://…`
 * @throws Unusable with a sentence for the operator
 */
export async function openDatabase(url: string, options: PostgresOptions): Promise<Database> {
  if (isPostgres(url)) return await (await import('./open-postgres.ts')).openPostgres(url, options);
  return await (await import('./open-sqlite.ts')).openSqlite(url, options);
}
