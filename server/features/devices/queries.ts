import { and, desc, eq, exists, gt } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** The sessions of a user that a check would accept, the one that was used last first. */
export async function findSessionsOf(
  { orm, tables: { sessions } }: Queryable,
  { userId, now, idleSince }: { userId: string; now: Date; idleSince: Date },
) {
  return await orm
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now), gt(sessions.lastSeenAt, idleSince)))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.id));
}

/** Hits one row only while it is this user's, and the session that does it is there: of two that end each other one stays. */
export function deleteSessionOf(
  { orm, tables: { sessions } }: Queryable,
  { id, userId, by }: { id: string; userId: string; by: string },
) {
  const acting = orm.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, by));
  return orm.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.userId, userId), exists(acting)));
}
