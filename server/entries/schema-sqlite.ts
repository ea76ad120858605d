import { ownTables } from '../db/own-tables.ts';

/** `latchkey/schema/sqlite`: the tables, for a host's own to refer to. */
export * from '../db/schema.ts';

/**
 * For `tablesFilter` of a host's drizzle-kit, where both share one SQLite file: all but our tables, which
 * `drizzle-kit push` and `pull` would otherwise take for the host's, and push would offer to drop.
 */
export const tablesFilter: string[] = ['*', ...ownTables.map((name) => `!${name}`)];
