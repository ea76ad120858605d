import { getTableName } from 'drizzle-orm';

import { historyTable } from './migrations.ts';
import * as schema from './schema.ts';

/** What our tables are called in the database, the history of migrations among them. */
export const ownTables: readonly string[] = [
  historyTable,
  ...Object.values(schema).map((table) => getTableName(table)),
];
