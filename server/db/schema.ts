import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

// Identifiers are UUIDv7 text; `*_at` are instants, milliseconds since 1970 in UTC; `*_hash` never the value itself.

export const users = sqliteTable('users', {
  id: text('id').primaryKey(),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
  /** In canonical form, see `emailAddress` in kernel/fields. */
  email: text('email').notNull().unique('users_email_unique'),
  name: text('name'),
  passwordHash: text('password_hash').notNull(),
  /** The id that this person had in the system they were imported from. */
  importedId: text('imported_id').unique('users_imported_id_unique'),
});

export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token that the client holds, 32 bytes. */
    tokenHash: blob('token_hash', { mode: 'buffer' }).notNull().unique('sessions_token_hash_unique'),
    /** Written at most once an hour, and unsynced. */
    lastSeenAt: integer('last_seen_at', { mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('sessions_user_id_idx').on(table.userId),
    index('sessions_expires_at_idx').on(table.expiresAt),
    index('sessions_last_seen_at_idx').on(table.lastSeenAt),
  ],
);

/** How often something was done lately, and until when it may not be done again. What is here may be lost with the power. */
export const limitCounters = sqliteTable(
  'limit_counters',
  {
    /** The limit's name and whom it counts for, such as `login.address 203.0.113.9`. Never an e-mail address. */
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    count: integer('count').notNull(),
    blockedUntil: integer('blocked_until', { mode: 'timestamp_ms' }).notNull(),
    /** When counting begins anew. */
    forgetAt: integer('forget_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('limit_counters_forget_at_idx').on(table.forgetAt)],
);
