import { existsSync } from 'node:fs';

import type { Config } from '../server/config.ts';
import type { Database } from '../server/db/database.ts';
import { isPostgres, openDatabase } from '../server/db/open-database.ts';
import { pathOf, Unusable } from '../server/db/sqlite-file.ts';
import { warningsTo } from './io.ts';
import type { Io } from './io.ts';

/**
 * Opens a database that is there, and whose tables are of this version: it is made and migrated by others.
 *
 * @throws Unusable
 */
export async function openOwn({ databaseUrl }: Pick<Config, 'databaseUrl'>, io: Io): Promise<Database> {
  if (!isPostgres(databaseUrl) && !existsSync(pathOf(databaseUrl)))
    throw new Unusable(
      `There is no file ${pathOf(databaseUrl)}, which DATABASE_URL names or, where it is not set, is taken. In an app of your own set it to the databaseUrl of that.`,
    );
  const db = await openDatabase(databaseUrl, { poolSize: 1, log: warningsTo(io), migratesLater: true });
  if (await db.isUpToDate()) return db;
  await db.close();
  throw new Unusable(`The tables are not of this version. Start the server, or run ${io.latchkey} migrate first.`);
}
