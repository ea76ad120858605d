import { and, eq, gt, ne, notExists, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** Whoever has followed the link of a mail reads what is sent to that address. */
export function setEmailVerified({ orm, tables: { users } }: Queryable, userId: string, now: Date) {
  const since = sql`coalesce(${users.emailVerifiedAt}, ${sql.param(now, users.emailVerifiedAt)})`;
  return orm.update(users).set({ emailVerifiedAt: since }).where(eq(users.id, userId));
}

export async function findAddress({ orm, tables: { users } }: Queryable, userId: string) {
  const { email, emailVerifiedAt } = users;
  const [found] = await orm.select({ email, emailVerifiedAt }).from(users).where(eq(users.id, userId));
  return found;
}

/**
 * Compare and swap: hits one row only while the account has the address that it is to lose, and the
 * other one is not kept for another account, which has lost it by a change and may take it back.
 */
export function replaceEmail(
  { orm, tables: { users, oneTimeTokens } }: Queryable,
  userId: string,
  { from, to, now }: { from: string; to: string; now: Date },
) {
  const kept = orm
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.email, to),
        eq(oneTimeTokens.purpose, 'emailUndo'),
        ne(oneTimeTokens.userId, userId),
        gt(oneTimeTokens.expiresAt, now),
      ),
    );
  return orm
    .update(users)
    .set({ email: to, emailVerifiedAt: now })
    .where(and(eq(users.id, userId), eq(users.email, from), notExists(kept)));
}

/** Gives an address back to its account, whatever it has now, and takes away the password. */
export function restoreEmail(
  { orm, tables: { users } }: Queryable,
  userId: string,
  { email, passwordHash, now }: { email: string; passwordHash: string; now: Date },
) {
  return orm.update(users).set({ email, emailVerifiedAt: now, passwordHash }).where(eq(users.id, userId));
}
