import { eq, lte, or } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export interface NewSession {
  id: string;
  createdAt: Date;
  userId: string;
  tokenHash: Buffer;
  expiresAt: Date;
}

export function insertSession({ orm, tables: { sessions } }: Queryable, session: NewSession) {
  return orm.insert(sessions).values({ ...session, lastSeenAt: session.createdAt });
}

/** The session with this token and its user, whether or not it is still good. */
export async function findSession({ orm, tables: { sessions, users } }: Queryable, tokenHash: Buffer) {
  const [found] = await orm
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.tokenHash, tokenHash));
  return found;
}

export function touchSession({ orm, tables: { sessions } }: Queryable, id: string, now: Date) {
  return orm.update(sessions).set({ lastSeenAt: now }).where(eq(sessions.id, id));
}

export function deleteSession({ orm, tables: { sessions } }: Queryable, tokenHash: Buffer) {
  return orm.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

/** Of two callers at once only one gets a row. */
export async function claimSession({ orm, tables: { sessions } }: Queryable, tokenHash: Buffer) {
  const [ended] = await orm
    .delete(sessions)
    .where(eq(sessions.tokenHash, tokenHash))
    .returning({ id: sessions.id, userId: sessions.userId });
  return ended;
}

export function deleteEndedSessions(
  { orm, tables: { sessions } }: Queryable,
  { now, idleSince }: { now: Date; idleSince: Date },
) {
  return orm.delete(sessions).where(or(lte(sessions.expiresAt, now), lte(sessions.lastSeenAt, idleSince)));
}
