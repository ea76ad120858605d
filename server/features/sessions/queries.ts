import { and, desc, eq, exists, inArray, isNotNull, isNull, lte, ne, not, or, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Database, Queryable } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';
import { hashedToken, hashToken } from '../../kernel/token.ts';
import type { Secret } from '../../kernel/token.ts';

interface NewSession {
  id: string;
  createdAt: Date;
  userId: string;
  tokenHash: Buffer;
  factors: string;
  factorVerifiedAt: Date | null;
  expiresAt: Date;
  browser: string | null;
  system: string | null;
  address: string;
}

/** What must be so still when a session begins: a proof of the past proves nothing. */
interface Proved {
  /** By which it was proved who it is: this password, or this passkey. */
  passwordHash?: string | undefined;
  passkeyId?: string | undefined;
  /** Whether a second factor was shown; otherwise the account may have none. */
  isTwoFactor: boolean;
  isAddressNeeded: boolean;
}

/**
 * Inserts one row only if the user is there and may sign in, and all that was proved is so still. Nor may
 * they without an address that is proved, where that is asked for.
 */
export function insertSession(
  { orm, tables }: Queryable,
  { id, createdAt, userId, tokenHash, factors, factorVerifiedAt, expiresAt, browser, system, address }: NewSession,
  { passwordHash, passkeyId, isTwoFactor, isAddressNeeded }: Proved,
) {
  const { sessions, users, totps, passkeys } = tables;
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  const theirPasskeys = (id?: string) =>
    orm
      .select({ id: passkeys.id })
      .from(passkeys)
      .where(and(eq(passkeys.userId, users.id), id === undefined ? undefined : eq(passkeys.id, id)));
  const theirApp = orm
    .select({ id: totps.id })
    .from(totps)
    .where(and(eq(totps.userId, users.id), isNotNull(totps.confirmedAt)));
  const isProved = and(
    passwordHash === undefined ? undefined : eq(users.passwordHash, passwordHash),
    passkeyId === undefined ? undefined : exists(theirPasskeys(passkeyId)),
    isTwoFactor ? undefined : and(not(exists(theirPasskeys())), not(exists(theirApp))),
    isAddressNeeded ? isNotNull(users.emailVerifiedAt) : undefined,
  );
  return orm.insert(sessions).select(
    orm
      .select({
        id: value(sessions.id, id),
        createdAt: value(sessions.createdAt, createdAt),
        userId: users.id,
        tokenHash: value(sessions.tokenHash, tokenHash),
        previousTokenHash: value(sessions.previousTokenHash, null),
        factors: value(sessions.factors, factors),
        verifiedAt: value(sessions.verifiedAt, null),
        factorVerifiedAt: value(sessions.factorVerifiedAt, factorVerifiedAt),
        browser: value(sessions.browser, browser),
        system: value(sessions.system, system),
        address: value(sessions.address, address),
        lastSeenAt: value(sessions.lastSeenAt, createdAt),
        expiresAt: value(sessions.expiresAt, expiresAt),
      })
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.disabledAt), isProved)),
  );
}

/** A session and its user as they are stored. */
export type FoundSession = Readonly<NonNullable<Awaited<ReturnType<typeof readSession>>>>;

interface Kept {
  generation: number;
  /** By the hash of the token. */
  sessions: Map<string, FoundSession>;
}

/** About 15 MB. */
const mostKept = 10_000;

const keptOf = new WeakMap<Database, Kept>();

/**
 * The session with this token and its user, whether or not it is still good. It is read once, and kept
 * until anybody writes an account or a session; where a database cannot tell that at once, nothing is kept.
 */
export async function findSession(db: Database, token: Secret): Promise<FoundSession | undefined> {
  // Asked for before the row is read: what is written meanwhile makes it one that is not kept.
  const generation = await db.generation?.();
  if (generation === undefined) return await readSession(db, hashToken(token));

  const { sessions } = keptSince(db, generation);
  const key = hashedToken(token);
  const known = sessions.get(key);
  if (known) return known;
  const found = await readSession(db, hashToken(token));
  if (found && sessions.size < mostKept) sessions.set(key, found);
  return found;
}

function keptSince(db: Database, generation: number): Kept {
  const known = keptOf.get(db);
  if (known?.generation === generation && known.sessions.size < mostKept) return known;
  const kept = { generation, sessions: new Map<string, FoundSession>() };
  keptOf.set(db, kept);
  return kept;
}

async function readSession(db: Queryable, tokenHash: Buffer) {
  const [found] = await sessionByToken(db).execute({ tokenHash });
  return found;
}

const sessionByToken = prepared(({ orm, tables: { sessions, users } }) =>
  orm
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.tokenHash, sql.placeholder('tokenHash')))
    .prepare(),
);

/** Whether this is the token that a session had before the one of now. */
export async function hadToken({ orm, tables: { sessions } }: Queryable, tokenHash: Buffer): Promise<boolean> {
  const { id, previousTokenHash } = sessions;
  const [found] = await orm.select({ id }).from(sessions).where(eq(previousTokenHash, tokenHash));
  return found !== undefined;
}

/** The session that has this token, or had it before the one of now. */
export async function findSessionByAnyToken({ orm, tables: { sessions } }: Queryable, token: Buffer) {
  const { id, userId, tokenHash, previousTokenHash } = sessions;
  const isTheirs = or(eq(tokenHash, token), eq(previousTokenHash, token));
  const [found] = await orm.select({ id, userId }).from(sessions).where(isTheirs);
  return found;
}

/** Compare and swap: hits one row only while the session is there, under the token that it was asked for with. */
export function replaceSessionToken(
  { orm, tables: { sessions } }: Queryable,
  { from, to, proved }: { from: Buffer; to: Buffer; proved: ProvedAgain },
) {
  return orm
    .update(sessions)
    .set({ tokenHash: to, previousTokenHash: from, ...proved })
    .where(eq(sessions.tokenHash, from));
}

/** What a session may do more from now on: it was proved anew who is there, or shown more than before. */
export interface ProvedAgain {
  verifiedAt?: Date;
  factorVerifiedAt?: Date;
  factors?: string;
}

export function touchSession({ orm, tables: { sessions } }: Queryable, id: string, now: Date) {
  return orm.update(sessions).set({ lastSeenAt: now }).where(eq(sessions.id, id));
}

/** Hits one row only while the session is there, under this token. That it is used is no news to write down, and makes sure of it. */
export function touchSessionWith({ orm, tables: { sessions } }: Queryable, tokenHash: Buffer, now: Date) {
  return orm.update(sessions).set({ lastSeenAt: now }).where(eq(sessions.tokenHash, tokenHash));
}

export function deleteSession({ orm, tables: { sessions } }: Queryable, tokenHash: Buffer) {
  return orm.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

export function deleteSessionById({ orm, tables: { sessions } }: Queryable, id: string) {
  return orm.delete(sessions).where(eq(sessions.id, id));
}

export function deleteSessionsOf(
  { orm, tables: { sessions } }: Queryable,
  userId: string,
  { except, factors }: Ended = {},
) {
  const isEnded = and(
    except === undefined ? undefined : ne(sessions.id, except),
    factors === undefined ? undefined : eq(sessions.factors, factors),
  );
  return orm.delete(sessions).where(and(eq(sessions.userId, userId), isEnded));
}

/** All but one, and of them those only in which this was shown and no more. */
export interface Ended {
  except?: string;
  factors?: string;
}

/** Deletes what a user has beyond so many sessions, one of which is kept in any case: those that were used longest ago. */
export function deleteSessionsBeyond(
  { orm, tables: { sessions } }: Queryable,
  { userId, keep, most }: { userId: string; keep: string; most: number },
) {
  const { id, lastSeenAt } = sessions;
  const beyond = orm
    .select({ id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), ne(id, keep)))
    .orderBy(desc(lastSeenAt), desc(id))
    // SQLite takes no offset without a limit.
    .limit(most)
    .offset(most - 1);
  return orm.delete(sessions).where(inArray(id, beyond));
}

/** Deletes at most so many, and returns how many there were. By two indexes. */
export async function deleteEndedSessions(
  { orm, tables: { sessions } }: Queryable,
  { now, idleSince, most }: { now: Date; idleSince: Date; most: number },
): Promise<number> {
  const isOver = or(lte(sessions.expiresAt, now), lte(sessions.lastSeenAt, idleSince));
  const some = orm.select({ id: sessions.id }).from(sessions).where(isOver).limit(most);
  return (await orm.delete(sessions).where(inArray(sessions.id, some)).returning({ id: sessions.id })).length;
}
