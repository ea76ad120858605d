import { eq } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** What ends a session by itself, whether its user is disabled, and what was shown in it where more may be asked for. */
export async function findSessionById({ orm, tables: { sessions, users } }: Queryable, id: string) {
  const [found] = await orm
    .select({
      expiresAt: sessions.expiresAt,
      lastSeenAt: sessions.lastSeenAt,
      factors: sessions.factors,
      disabledAt: users.disabledAt,
      adminSince: users.adminSince,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, id));
  return found;
}
