import { and, asc, desc, eq, gt, gte, isNull, lt } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** An event and whose it is, unless they are disabled or gone. */
export async function findNoticed({ orm, tables: { events, users } }: Queryable, eventId: string) {
  const [found] = await orm
    .select({ event: events, user: users })
    .from(events)
    .innerJoin(users, eq(users.id, events.userId))
    .where(and(eq(events.id, eventId), isNull(users.disabledAt)));
  return found;
}

/** Whether the account has had another address since an event. */
export async function isAddressChangedSince(
  { orm, tables: { events } }: Queryable,
  { userId, eventId }: { userId: string; eventId: string },
): Promise<boolean> {
  const { id, kind } = events;
  const rows = await orm
    .select({ id })
    .from(events)
    .where(and(eq(events.userId, userId), eq(kind, 'email.changed'), gt(id, eventId)))
    .limit(1);
  return rows.length > 0;
}

/** The first address that a user has lost since then, while they may take it back. */
export async function findLostAddress(
  { orm, tables: { oneTimeTokens } }: Queryable,
  { userId, since, now }: { userId: string; since: Date; now: Date },
) {
  const { id, email, purpose, createdAt, expiresAt } = oneTimeTokens;
  const [found] = await orm
    .select({ email })
    .from(oneTimeTokens)
    .where(and(eq(oneTimeTokens.userId, userId), eq(purpose, 'emailUndo'), gte(createdAt, since), gt(expiresAt, now)))
    .orderBy(asc(id))
    .limit(1);
  return found?.email;
}

/** Sign-ins of a user before another one, the newest first. */
export async function findSignInsBefore(
  { orm, tables: { events } }: Queryable,
  { userId, eventId, since, most }: { userId: string; eventId: string; since: Date; most: number },
) {
  const { id, kind, createdAt, address, data } = events;
  return await orm
    .select({ address, data })
    .from(events)
    .where(and(eq(events.userId, userId), eq(kind, 'session.started'), lt(id, eventId), gt(createdAt, since)))
    .orderBy(desc(id))
    .limit(most);
}
