import { and, desc, eq, gt, notExists, or, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export async function findUser({ orm, tables: { users } }: Queryable, id: string) {
  const [found] = await orm.select().from(users).where(eq(users.id, id));
  return found;
}

/** What is `undefined` stays as it is. Hits no row where that changes nothing. */
export function updateUser(
  { orm, tables: { users } }: Queryable,
  id: string,
  { name, locale }: { name?: string | null | undefined; locale?: string | null | undefined },
) {
  const isOther = or(
    name === undefined ? undefined : sql`${users.name} is distinct from ${name}`,
    locale === undefined ? undefined : sql`${users.locale} is distinct from ${locale}`,
  );
  return orm
    .update(users)
    .set({ name, locale })
    .where(and(eq(users.id, id), isOther));
}

/**
 * Sessions and links go with it, and events name it no more. By its owner it hits no row while a change
 * of the address may be undone: whoever made it may be somebody else.
 */
export function deleteUser(
  { orm, tables: { users, oneTimeTokens } }: Queryable,
  id: string,
  { byOwnerAt }: { byOwnerAt: Date | undefined },
) {
  const wayBack = (now: Date) =>
    orm
      .select({ id: oneTimeTokens.id })
      .from(oneTimeTokens)
      .where(
        and(eq(oneTimeTokens.userId, id), eq(oneTimeTokens.purpose, 'emailUndo'), gt(oneTimeTokens.expiresAt, now)),
      );
  return orm.delete(users).where(and(eq(users.id, id), byOwnerAt && notExists(wayBack(byOwnerAt))));
}

export async function findSessionsOf({ orm, tables: { sessions } }: Queryable, userId: string, most: number) {
  return await orm.select().from(sessions).where(eq(sessions.userId, userId)).orderBy(desc(sessions.id)).limit(most);
}

export async function findLinksOf({ orm, tables: { oneTimeTokens } }: Queryable, userId: string, most: number) {
  const { id, purpose, email, createdAt, expiresAt } = oneTimeTokens;
  return await orm
    .select({ id, purpose, email, createdAt, expiresAt })
    .from(oneTimeTokens)
    .where(eq(oneTimeTokens.userId, userId))
    .orderBy(desc(id))
    .limit(most);
}
