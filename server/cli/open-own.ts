import { existsSync } from 'node:fs';

import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { isPostgres, openDatabase } from '../db/open-database.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { warnings } from './arguments.ts';

/** The database of the configuration: one that is there, and whose tables are of this version. It is made and migrated by others. */
export async function openOwnDatabase({ databaseUrl }: Config): Promise<Database> {
  if (!isPostgres(databaseUrl) && !existsSync(pathOf(databaseUrl)))
    throw new Unusable(
      `There is no file ${pathOf(databaseUrl)}, which DATABASE_URL names. Start the server once, or run npm run db:migrate.`,
    );
  const db = await openDatabase(databaseUrl, { poolSize: 1, log: warnings, migratesLater: true });
  if (await db.isUpToDate()) return db;
  await db.close();
  throw new Unusable('The tables are not of this version. Start the server, or run npm run db:migrate first.');
}
