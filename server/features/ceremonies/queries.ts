import { and, eq, gt, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from '../../db/database.ts';

interface NewCeremony {
  id: string;
  createdAt: Date;
  kind: string;
  tokenHash: Buffer;
  userId: string | null;
  boundTo: string | null;
  challenge: string | null;
  provedHash: Buffer | null;
  expiresAt: Date;
}

/** Stores one that is nobody's yet. */
export async function insertCeremony({ orm, tables: { ceremonies } }: Queryable, row: NewCeremony): Promise<void> {
  await orm.insert(ceremonies).values(row);
}

/** Stores one of a user, unless they are gone or disabled: whether it did. */
export async function insertCeremonyOf(
  { orm, tables: { ceremonies, users } }: Queryable,
  { userId, ...row }: NewCeremony & { userId: string },
): Promise<boolean> {
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  const inserted = await orm
    .insert(ceremonies)
    .select(
      orm
        .select({
          id: value(ceremonies.id, row.id),
          createdAt: value(ceremonies.createdAt, row.createdAt),
          kind: value(ceremonies.kind, row.kind),
          tokenHash: value(ceremonies.tokenHash, row.tokenHash),
          userId: users.id,
          boundTo: value(ceremonies.boundTo, row.boundTo),
          challenge: value(ceremonies.challenge, row.challenge),
          provedHash: value(ceremonies.provedHash, row.provedHash),
          expiresAt: value(ceremonies.expiresAt, row.expiresAt),
        })
        .from(users)
        .where(and(eq(users.id, userId), isNull(users.disabledAt))),
    )
    .returning({ id: ceremonies.id });
  return inserted.length === 1;
}

/** One that is good still, and its user where it is somebody's. */
export async function findCeremony(
  { orm, tables: { ceremonies, users } }: Queryable,
  { kind, tokenHash, now }: { kind: string; tokenHash: Buffer; now: Date },
) {
  const isGood = and(eq(ceremonies.tokenHash, tokenHash), eq(ceremonies.kind, kind), gt(ceremonies.expiresAt, now));
  const [found] = await orm
    .select({ ceremony: ceremonies, user: users })
    .from(ceremonies)
    .leftJoin(users, eq(users.id, ceremonies.userId))
    .where(isGood);
  return found;
}

/** Hits one row only while it is good: of several callers at once one alone gets through. */
export function deleteCeremony({ orm, tables: { ceremonies } }: Queryable, id: string, now: Date) {
  return orm.delete(ceremonies).where(and(eq(ceremonies.id, id), gt(ceremonies.expiresAt, now)));
}

/** Deletes at most so many, and returns how many there were. */
export async function deleteExpiredCeremonies(
  { orm, tables: { ceremonies } }: Queryable,
  { now, most }: { now: Date; most: number },
): Promise<number> {
  const { id, expiresAt } = ceremonies;
  const some = orm.select({ id }).from(ceremonies).where(lte(expiresAt, now)).limit(most);
  return (await orm.delete(ceremonies).where(inArray(id, some)).returning({ id })).length;
}
