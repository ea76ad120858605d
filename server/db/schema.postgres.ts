import { isNotNull, isNull, sql } from 'drizzle-orm';
import { bigint, customType, index, integer, pgSchema, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core';

// The mirror of schema.ts for PostgreSQL; a test holds the two equal. In a schema of its own, since
// every host has a table `users` already.

export const latchkey = pgSchema('latchkey');

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const users = latchkey.table('users', {
  id: uuid('id').primaryKey(),
  createdAt: instant('created_at').notNull(),
  email: text('email').notNull().unique('users_email_unique'),
  emailVerifiedAt: instant('email_verified_at'),
  name: text('name'),
  locale: text('locale'),
  passwordHash: text('password_hash').notNull(),
  importedId: text('imported_id').unique('users_imported_id_unique'),
  disabledAt: instant('disabled_at'),
  adminSince: instant('admin_since'),
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
    previousTokenHash: bytes('previous_token_hash'),
    factors: text('factors').notNull().default('password'),
    verifiedAt: instant('verified_at'),
    factorVerifiedAt: instant('factor_verified_at'),
    browser: text('browser'),
    system: text('system'),
    address: text('address'),
    lastSeenAt: instant('last_seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    index('sessions_user_id_idx').on(table.userId),
    index('sessions_previous_token_hash_idx').on(table.previousTokenHash),
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

export const events = latchkey.table(
  'events',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    kind: text('kind').notNull(),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'set null' }),
    sessionId: uuid('session_id'),
    address: text('address'),
    data: text('data').notNull(),
  },
  (table) => [
    index('events_created_at_idx').on(table.createdAt),
    index('events_user_id_id_idx').on(table.userId, table.id),
  ],
);

export const jobs = latchkey.table(
  'jobs',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    kind: text('kind').notNull(),
    data: text('data').notNull(),
    runAt: instant('run_at').notNull(),
    attempts: integer('attempts').notNull(),
    failedAt: instant('failed_at'),
  },
  // Those that were given up are in nobody's way.
  (table) => [
    index('jobs_kind_run_at_idx')
      .on(table.kind, table.runAt)
      .where(sql`failed_at is null`),
    index('jobs_failed_at_idx')
      .on(table.failedAt)
      .where(sql`failed_at is not null`),
  ],
);

export const oneTimeTokens = latchkey.table(
  'one_time_tokens',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').notNull(),
    email: text('email').notNull(),
    tokenHash: bytes('token_hash').notNull().unique('one_time_tokens_token_hash_unique'),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('one_time_tokens_user_id_purpose_email_idx').on(table.userId, table.purpose, table.email),
    index('one_time_tokens_email_idx').on(table.email),
    index('one_time_tokens_expires_at_idx').on(table.expiresAt),
  ],
);

export const ceremonies = latchkey.table(
  'ceremonies',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    kind: text('kind').notNull(),
    tokenHash: bytes('token_hash').notNull().unique('ceremonies_token_hash_unique'),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    boundTo: uuid('bound_to'),
    challenge: text('challenge'),
    provedHash: bytes('proved_hash'),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('ceremonies_user_id_idx').on(table.userId), index('ceremonies_expires_at_idx').on(table.expiresAt)],
);

export const totps = latchkey.table(
  'totps',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    seedCiphertext: bytes('seed_ciphertext').notNull(),
    confirmedAt: instant('confirmed_at'),
    lastStep: integer('last_step').notNull(),
    failures: integer('failures').notNull(),
  },
  (table) => [
    index('totps_user_id_idx').on(table.userId),
    uniqueIndex('totps_confirmed_idx').on(table.userId).where(isNotNull(table.confirmedAt)),
    uniqueIndex('totps_offered_idx').on(table.userId).where(isNull(table.confirmedAt)),
  ],
);

export const recoveryCodes = latchkey.table(
  'recovery_codes',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    codeHash: bytes('code_hash').notNull(),
  },
  (table) => [uniqueIndex('recovery_codes_user_id_code_hash_idx').on(table.userId, table.codeHash)],
);

export const passkeys = latchkey.table(
  'passkeys',
  {
    id: uuid('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    credentialId: text('credential_id').notNull().unique('passkeys_credential_id_unique'),
    publicKey: bytes('public_key').notNull(),
    // Up to 2³² − 1, which PostgreSQL's integer does not hold.
    signCount: bigint('sign_count', { mode: 'number' }).notNull(),
    transports: text('transports').notNull(),
    name: text('name').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('passkeys_user_id_idx').on(table.userId)],
);
