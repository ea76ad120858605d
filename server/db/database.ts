import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';

import type { ExactlyOne } from '../kernel/exactly-one.ts';
import type * as schema from './schema.ts';

/** What a query function needs: the query builder and the tables. */
export interface Queryable {
  orm: SqliteRemoteDatabase<typeof schema>;
  tables: typeof schema;
}

/**
 * A statement that has been built but not run. A promise does not fit, on purpose: in a list of
 * `atomically` it would run outside the transaction and survive its rollback.
 */
export type Statement = PromiseLike<unknown> & { toSQL(): { sql: string; params: unknown[] } };

/**
 * The database. A query that is awaited has run, and what it wrote is on disk; one that cannot get
 * the database in time throws the refusal `BUSY`.
 */
export interface Database extends Queryable {
  /**
   * Runs every statement or none, in one transaction, and resolves once it is on disk: to how many
   * rows each of them hit.
   *
   * @throws UniqueViolation when a unique index holds a value already
   * @param news told to every process that uses this database, if the list has run: short texts, nothing secret
   * @throws NotExactlyOne when a statement of which it was asked hit no row, or several
   */
  atomically(list: (tx: Queryable) => (Statement | ExactlyOne<Statement>)[], news?: string[]): Promise<number[]>;
  /**
   * Calls the listener with what any process has told, its own among them, and with `null` when some of it
   * may have been missed; until the returned function is called.
   */
  hear(listener: (news: string | null) => void): () => void;
  /**
   * The same tables, for statements whose effect may be lost with the power: a last-seen time, a
   * counter, a purge. They are done when they resolve, but not yet on disk.
   */
  unsynced: Queryable;
  /**
   * The same number as before only while no account and no session was written, by any program: what was
   * read of them after it was given is as it is stored. Missing where that cannot be known at once.
   */
  generation?(): Promise<number>;
  /** Whether every migration that this version knows was applied. */
  isUpToDate(): Promise<boolean>;
  /**
   * Applies the migrations that are missing.
   *
   * @throws Unusable with a sentence for the operator
   */
  migrate(): Promise<void>;
  /** Resolves when the database answers, and takes changes. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
