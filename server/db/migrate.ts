import type Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate as applyMigrations } from 'drizzle-orm/better-sqlite3/migrator';

import { folderOf, historyTable, newestMigration } from './migrations.ts';

/**
 * Applies the migrations that are missing, each with its history row in one transaction.
 *
 * Foreign keys are off meanwhile, from outside the transaction: Drizzle's migrator sets the pragma
 * inside, where SQLite ignores it, and the rebuild of a table would then delete all rows that refer to it.
 */
export function migrate(client: Sqlite.Database): void {
  if (isUpToDate(client)) return;
  client.pragma('foreign_keys = OFF');
  try {
    applyMigrations(drizzle(client), { migrationsFolder: folderOf('sqlite'), migrationsTable: historyTable });
  } catch (error) {
    // Another process may have started on the same file at the same moment and been first.
    if (!isUpToDate(client)) throw error;
  } finally {
    client.pragma('foreign_keys = ON');
  }
  const broken = client.pragma('foreign_key_check');
  if (Array.isArray(broken) && broken.length > 0) {
    throw new Error(`after the migrations ${broken.length} rows refer to rows that do not exist. Restore a backup.`);
  }
}

/** Whether every migration that this version knows was applied. */
export const isUpToDate = (client: Sqlite.Database): boolean => newestApplied(client) >= newestMigration('sqlite');

/** When the newest migration was made that was applied; 0 where none was. */
export function newestApplied(client: Sqlite.Database): number {
  const hasHistory = client.prepare('select 1 from sqlite_schema where name = ?').get(historyTable);
  if (!hasHistory) return 0;
  return Number(client.prepare(`select max(created_at) from ${historyTable}`).pluck().get() ?? 0);
}
