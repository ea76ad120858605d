import type { Metrics } from '../kernel/metrics.ts';
import type { Database } from './database.ts';
import type { PostgresOptions } from './open-postgres.ts';
import type { SqliteOptions } from './open-sqlite.ts';

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** How a database is opened, whatever kind it is. */
export interface OpenOptions {
  metrics?: Metrics | undefined;
  /** Whether the tables are left as they are, for `migrate` to bring them up to date. */
  migratesLater?: boolean;
}

/**
 * Opens the database that a URL names, and brings its tables up to date. Loads the driver of the one
 * that is used, and not the other's.
 *
 * @param url `file:` and a path for SQLite, or `postgres://…`
 * @throws Unusable with a sentence for the operator
 */
export async function openDatabase(url: string, options: PostgresOptions & SqliteOptions): Promise<Database> {
  if (isPostgres(url)) return await (await import('./open-postgres.ts')).openPostgres(url, options);
  return await (await import('./open-sqlite.ts')).openSqlite(url, options);
}
