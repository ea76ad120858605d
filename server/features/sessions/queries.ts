import { and, eq, inArray, lte, or, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from '../../db/database.ts';

interface NewSession {
  id: string;
  createdAt: Date;
  userId: string;
  tokenHash: Buffer;
  expiresAt: Date;
}

/** Inserts one row only if the user is there and has this password hash still: a proof of the past proves nothing. */
export function insertSession(
  { orm, tables: { sessions, users } }: Queryable,
  { id, createdAt, userId, tokenHash, expiresAt }: NewSession,
  provenHash: string,
) {
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  return orm.insert(sessions).select(
    orm
      .select({
        id: value(sessions.id, id),
        createdAt: value(sessions.createdAt, createdAt),
        userId: users.id,
        tokenHash: value(sessions.tokenHash, tokenHash),
        lastSeenAt: value(sessions.lastSeenAt, createdAt),
        expiresAt: value(sessions.expiresAt, expiresAt),
      })
      .from(users)
      .where(and(eq(users.id, userId), eq(users.passwordHash, provenHash))),
  );
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

/** Deletes at most so many, and returns how many there were. By two indexes. */
export async function deleteEndedSessions(
  { orm, tables: { sessions } }: Queryable,
  { now, idleSince, most }: { now: Date; idleSince: Date; most: number },
): Promise<number> {
  const isOver = or(lte(sessions.expiresAt, now), lte(sessions.lastSeenAt, idleSince));
  const some = orm.select({ id: sessions.id }).from(sessions).where(isOver).limit(most);
  return (await orm.delete(sessions).where(inArray(sessions.id, some)).returning({ id: sessions.id })).length;
}
