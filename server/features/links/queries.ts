import { and, desc, eq, exists, gt, inArray, isNull, lte, ne, or, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from '../../db/database.ts';

interface NewToken {
  id: string;
  createdAt: Date;
  userId: string;
  purpose: string;
  email: string;
  tokenHash: Buffer;
  expiresAt: Date;
}

/**
 * Stores a token in the place of the one before, so that of the links to one address for one purpose
 * the newest alone is good. Hits one row only if the user is not disabled and, where
 * `isOwnAddress`, has this address still.
 */
export function replaceToken(
  { orm, tables: { oneTimeTokens, users } }: Queryable,
  { id, createdAt, userId, purpose, email, tokenHash, expiresAt }: NewToken,
  { isOwnAddress }: { isOwnAddress: boolean },
) {
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  const isTheirs = isOwnAddress ? eq(users.email, email) : undefined;
  return orm
    .insert(oneTimeTokens)
    .select(
      orm
        .select({
          id: value(oneTimeTokens.id, id),
          createdAt: value(oneTimeTokens.createdAt, createdAt),
          userId: users.id,
          purpose: value(oneTimeTokens.purpose, purpose),
          email: value(oneTimeTokens.email, email),
          tokenHash: value(oneTimeTokens.tokenHash, tokenHash),
          expiresAt: value(oneTimeTokens.expiresAt, expiresAt),
        })
        .from(users)
        .where(and(eq(users.id, userId), isTheirs, isNull(users.disabledAt))),
    )
    .onConflictDoUpdate({
      target: [oneTimeTokens.userId, oneTimeTokens.purpose, oneTimeTokens.email],
      set: { id, createdAt, tokenHash, expiresAt },
    });
}

/** Gives a row that waits for its mail the token that goes with it, whose time begins now. Hits no row where it is over. */
export function setToken(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { id, tokenHash, expiresAt, now }: { id: string; tokenHash: Buffer; expiresAt: Date; now: Date },
) {
  return orm
    .update(oneTimeTokens)
    .set({ tokenHash, expiresAt })
    .where(and(eq(oneTimeTokens.id, id), gt(oneTimeTokens.expiresAt, now)));
}

/** The row that waits for its mail, and its user, unless they are disabled or it is over. */
export async function findHeld(
  { orm, tables: { oneTimeTokens, users } }: Queryable,
  { id, now }: { id: string; now: Date },
) {
  const [found] = await orm
    .select({ token: oneTimeTokens, user: users })
    .from(oneTimeTokens)
    .innerJoin(users, eq(users.id, oneTimeTokens.userId))
    .where(and(eq(oneTimeTokens.id, id), gt(oneTimeTokens.expiresAt, now), isNull(users.disabledAt)));
  return found;
}

/** Whose token this is and what for, while it is good. */
export async function findToken(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { tokenHash, purposes, now }: { tokenHash: Buffer; purposes: string[]; now: Date },
) {
  const { id, userId, email, purpose } = oneTimeTokens;
  const [found] = await orm
    .select({ id, userId, email, purpose, tokenHash: oneTimeTokens.tokenHash })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.tokenHash, tokenHash),
        inArray(oneTimeTokens.purpose, purposes),
        gt(oneTimeTokens.expiresAt, now),
      ),
    );
  return found;
}

/** The token that keeps an address for an account, other than this one, that has lost it and may take it back. */
export async function findKept(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { email, purpose, except, now }: { email: string; purpose: string; except: string | undefined; now: Date },
) {
  const isOthers = except === undefined ? undefined : ne(oneTimeTokens.userId, except);
  const [found] = await orm
    .select({ userId: oneTimeTokens.userId })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.email, email),
        eq(oneTimeTokens.purpose, purpose),
        isOthers,
        gt(oneTimeTokens.expiresAt, now),
      ),
    )
    .limit(1);
  return found;
}

/** Of a user's tokens for one purpose the one that is good for longest. */
export async function findLongest(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { userId, purpose, now }: { userId: string; purpose: string; now: Date },
) {
  const { expiresAt } = oneTimeTokens;
  const [found] = await orm
    .select({ expiresAt })
    .from(oneTimeTokens)
    .where(and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose), gt(expiresAt, now)))
    .orderBy(desc(expiresAt))
    .limit(1);
  return found;
}

/**
 * Deletes a token that is good: of several callers at once one alone hits a row, and none where the
 * account is disabled or, where `isOwnAddress`, has another address by now.
 */
export function claimToken(
  { orm, tables: { oneTimeTokens, users } }: Queryable,
  { tokenHash, purpose, now, isOwnAddress }: { tokenHash: Buffer; purpose: string; now: Date; isOwnAddress: boolean },
) {
  const isTheirs = isOwnAddress ? eq(users.email, oneTimeTokens.email) : undefined;
  const owner = orm
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, oneTimeTokens.userId), isTheirs, isNull(users.disabledAt)));
  return orm
    .delete(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.tokenHash, tokenHash),
        eq(oneTimeTokens.purpose, purpose),
        gt(oneTimeTokens.expiresAt, now),
        exists(owner),
      ),
    );
}

export function deleteToken({ orm, tables: { oneTimeTokens } }: Queryable, id: string) {
  return orm.delete(oneTimeTokens).where(eq(oneTimeTokens.id, id));
}

/** Every token of a user for one purpose. */
export function deleteTokensFor({ orm, tables: { oneTimeTokens } }: Queryable, userId: string, purpose: string) {
  return orm.delete(oneTimeTokens).where(and(eq(oneTimeTokens.userId, userId), eq(oneTimeTokens.purpose, purpose)));
}

/** Every token of a user, whatever it is for, but for those of one purpose. */
export function deleteTokensOf(
  { orm, tables: { oneTimeTokens } }: Queryable,
  userId: string,
  { except }: { except?: string } = {},
) {
  const isEnded = except === undefined ? undefined : ne(oneTimeTokens.purpose, except);
  return orm.delete(oneTimeTokens).where(and(eq(oneTimeTokens.userId, userId), isEnded));
}

/** Every token of a user, but those for one purpose that were made before this one: their ids are in the order of time. */
export function deleteTokensButOlder(
  { orm, tables: { oneTimeTokens } }: Queryable,
  userId: string,
  { purpose, id }: { purpose: string; id: string },
) {
  const isEnded = or(ne(oneTimeTokens.purpose, purpose), gt(oneTimeTokens.id, id));
  return orm.delete(oneTimeTokens).where(and(eq(oneTimeTokens.userId, userId), isEnded));
}

/** Deletes at most so many, and returns how many there were. By an index. */
export async function deleteExpiredTokens(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { now, most }: { now: Date; most: number },
): Promise<number> {
  const { id, expiresAt } = oneTimeTokens;
  const some = orm.select({ id }).from(oneTimeTokens).where(lte(expiresAt, now)).limit(most);
  return (await orm.delete(oneTimeTokens).where(inArray(id, some)).returning({ id })).length;
}
