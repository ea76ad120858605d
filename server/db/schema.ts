import { isNotNull, isNull, sql } from 'drizzle-orm';
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

// Identifiers are UUIDv7 text; `*_at` are instants, milliseconds since 1970 in UTC; `*_hash` never the value itself.

export const users = sqliteTable('users', {
  id: text('id').primaryKey(),
  createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
  /** In canonical form, see `emailAddress` in kernel/fields. */
  email: text('email').notNull().unique('users_email_unique'),
  /** Since when it is known that this person reads what is sent to `email`; `null` while it is not. */
  emailVerifiedAt: integer('email_verified_at', { mode: 'timestamp_ms' }),
  name: text('name'),
  /** The language that they have chosen, such as `de`; `null` while the browser's decides. */
  locale: text('locale'),
  passwordHash: text('password_hash').notNull(),
  /** The id that this person had in the system they were imported from. */
  importedId: text('imported_id').unique('users_imported_id_unique'),
  /** Since when nobody may sign in to it; `null` while somebody may. */
  disabledAt: integer('disabled_at', { mode: 'timestamp_ms' }),
  /** Since when they may do what not everybody may, so that more may be asked of their sign-in. */
  adminSince: integer('admin_since', { mode: 'timestamp_ms' }),
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
    /** Of the token before this one, which opens nothing any more. */
    previousTokenHash: blob('previous_token_hash', { mode: 'buffer' }),
    /** What has proved who it is, words with spaces between. */
    factors: text('factors').notNull().default('password'),
    /** When it was proved again; `null` while that was at sign-in only. */
    verifiedAt: integer('verified_at', { mode: 'timestamp_ms' }),
    /** When a second factor was last shown; `null` where none was. */
    factorVerifiedAt: integer('factor_verified_at', { mode: 'timestamp_ms' }),
    /** In words, such as `Firefox 152`, as far as the request has said so at sign-in. */
    browser: text('browser'),
    system: text('system'),
    /** IP address at sign-in. */
    address: text('address'),
    /** Written at most once an hour, and unsynced. */
    lastSeenAt: integer('last_seen_at', { mode: 'timestamp_ms' }).notNull(),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('sessions_user_id_idx').on(table.userId),
    index('sessions_previous_token_hash_idx').on(table.previousTokenHash),
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

/** What happened to accounts, written together with the change. What is personal in it goes with the account; the rest outlives it. */
export const events = sqliteTable(
  'events',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    /** Such as `user.registered`. */
    kind: text('kind').notNull(),
    userId: text('user_id').references(() => users.id, { onDelete: 'set null' }),
    /** The session that did it, which may be over. */
    sessionId: text('session_id'),
    /** IP address that it was done from. */
    address: text('address'),
    /** JSON; what else the event says. */
    data: text('data').notNull(),
  },
  (table) => [
    index('events_created_at_idx').on(table.createdAt),
    index('events_user_id_id_idx').on(table.userId, table.id),
  ],
);

/** What must happen after a change, outside the request that made it. A row goes when it is done. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    kind: text('kind').notNull(),
    /** JSON; never a token. */
    data: text('data').notNull(),
    /** Not before; whoever has taken it moves this on, so that nobody else does before it is lost. */
    runAt: integer('run_at', { mode: 'timestamp_ms' }).notNull(),
    attempts: integer('attempts').notNull(),
    /** When it was given up, to be looked at by the operator. */
    failedAt: integer('failed_at', { mode: 'timestamp_ms' }),
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

/** Tokens that a link carries: for one purpose, one use, of one user and address the newest only. */
export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** What it may be used for, such as `passwordReset`. */
    purpose: text('purpose').notNull(),
    /** The address that it was made for. */
    email: text('email').notNull(),
    /** SHA-256 of the token, 32 bytes. */
    tokenHash: blob('token_hash', { mode: 'buffer' }).notNull().unique('one_time_tokens_token_hash_unique'),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    uniqueIndex('one_time_tokens_user_id_purpose_email_idx').on(table.userId, table.purpose, table.email),
    index('one_time_tokens_email_idx').on(table.email),
    index('one_time_tokens_expires_at_idx').on(table.expiresAt),
  ],
);

/** What is under way in several steps, of which each later one has the token of the first: for one kind, one use, and minutes. */
export const ceremonies = sqliteTable(
  'ceremonies',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    /** Such as `logIn`. */
    kind: text('kind').notNull(),
    /** SHA-256 of the token, 32 bytes. */
    tokenHash: blob('token_hash', { mode: 'buffer' }).notNull().unique('ceremonies_token_hash_unique'),
    /** Whose; `null` while that is to be found out. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    /** The session, or the other ceremony, without which it is nothing. */
    boundTo: text('bound_to'),
    /** What an authenticator has to sign, base64url. */
    challenge: text('challenge'),
    /** SHA-256 of the password's hash that was proved, 32 bytes. */
    provedHash: blob('proved_hash', { mode: 'buffer' }),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('ceremonies_user_id_idx').on(table.userId), index('ceremonies_expires_at_idx').on(table.expiresAt)],
);

/** Authenticator apps, one of an account. */
export const totps = sqliteTable(
  'totps',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Sealed under a key of the configuration, and for this user. */
    seedCiphertext: blob('seed_ciphertext', { mode: 'buffer' }).notNull(),
    /** Since when it counts; `null` until its first code was shown. */
    confirmedAt: integer('confirmed_at', { mode: 'timestamp_ms' }),
    /** The step of time whose code was used last: that and older ones are used up. */
    lastStep: integer('last_step').notNull(),
    /** Wrong codes one after the other. */
    failures: integer('failures').notNull(),
  },
  // One that counts, and one that is offered in its place.
  (table) => [
    index('totps_user_id_idx').on(table.userId),
    uniqueIndex('totps_confirmed_idx').on(table.userId).where(isNotNull(table.confirmedAt)),
    uniqueIndex('totps_offered_idx').on(table.userId).where(isNull(table.confirmedAt)),
  ],
);

/** What takes the place of a factor that is lost, once each. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the code, 32 bytes. */
    codeHash: blob('code_hash', { mode: 'buffer' }).notNull(),
  },
  (table) => [uniqueIndex('recovery_codes_user_id_code_hash_idx').on(table.userId, table.codeHash)],
);

/** Credentials of WebAuthn. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    id: text('id').primaryKey(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** By which the authenticator knows it, base64url. */
    credentialId: text('credential_id').notNull().unique('passkeys_credential_id_unique'),
    /** COSE, as it was registered. */
    publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
    /** What its authenticator counts, where it does; 0 otherwise. */
    signCount: integer('sign_count').notNull(),
    /** How a browser reaches it, words with spaces between. */
    transports: text('transports').notNull(),
    /** What its owner calls it. */
    name: text('name').notNull(),
    lastUsedAt: integer('last_used_at', { mode: 'timestamp_ms' }),
  },
  (table) => [index('passkeys_user_id_idx').on(table.userId)],
);
