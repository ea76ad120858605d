import { customType, index, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// The mirror of schema.ts for PostgreSQL; a test holds the two equal. In a schema of its own, since
// every host has a table `users` already.

export const latchkey = pgSchema('latchkey');

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const users = latchkey.table('users', {
  id: uuid('id').primaryKey(),
  createdAt: instant('created_at').notNull(),
  email: text('email').notNull().unique('users_email_unique'),
  name: text('name'),
  passwordHash: text('password_hash').notNull(),
  importedId: text('imported_id').unique('users_imported_id_unique'),
});

export const sessions = latchkey.table(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tokenHash: bytes('token_hash').notNull().unique('sessions_token_hash_unique'),
    lastSeenAt: instant('last_seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    index('sessions_user_id_idx').on(table.userId),
    index('sessions_expires_at_idx').on(table.expiresAt),
    index('sessions_last_seen_at_idx').on(table.lastSeenAt),
  ],
);

export const limitCounters = latchkey.table(
  'limit_counters',
  {
    id: text('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    count: integer('count').notNull(),
    blockedUntil: instant('blocked_until').notNull(),
    forgetAt: instant('forget_at').notNull(),
  },
  (table) => [index('limit_counters_forget_at_idx').on(table.forgetAt)],
);
