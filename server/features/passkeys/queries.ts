import { and, asc, eq, exists, gte, isNotNull, or, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from '../../db/database.ts';

interface NewPasskey {
  id: string;
  createdAt: Date;
  userId: string;
  credentialId: string;
  publicKey: Buffer;
  signCount: number;
  transports: string;
  name: string;
}

/** Hits one row only while the user has fewer than so many. */
export function insertPasskey({ orm, tables: { passkeys, users } }: Queryable, row: NewPasskey, most: number) {
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  const count = orm.$count(passkeys, eq(passkeys.userId, row.userId));
  return orm.insert(passkeys).select(
    orm
      .select({
        id: value(passkeys.id, row.id),
        createdAt: value(passkeys.createdAt, row.createdAt),
        userId: users.id,
        credentialId: value(passkeys.credentialId, row.credentialId),
        publicKey: value(passkeys.publicKey, row.publicKey),
        signCount: value(passkeys.signCount, row.signCount),
        transports: value(passkeys.transports, row.transports),
        name: value(passkeys.name, row.name),
        lastUsedAt: value(passkeys.lastUsedAt, null),
      })
      .from(users)
      .where(and(eq(users.id, row.userId), sql`${count} < ${most}`)),
  );
}

/** The oldest first. */
export async function findPasskeysOf({ orm, tables: { passkeys } }: Queryable, userId: string) {
  return await orm.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(asc(passkeys.id));
}

export async function renamePasskey(
  { orm, tables: { passkeys } }: Queryable,
  { id, userId, name }: { id: string; userId: string; name: string },
) {
  const [renamed] = await orm
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.id, id), eq(passkeys.userId, userId)))
    .returning();
  return renamed;
}

/** Hits one row only while it is this user's and, where another factor is needed, there is one. */
export function deletePasskey(
  { orm, tables: { passkeys, totps } }: Queryable,
  { id, userId, isOtherNeeded }: { id: string; userId: string; isOtherNeeded: boolean },
) {
  const app = orm
    .select({ id: totps.id })
    .from(totps)
    .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt)));
  // The table by a name of its own, since it stands in the statement twice.
  const others = sql`(select id from ${passkeys} as other where other.user_id = ${userId} and other.id <> ${id})`;
  const isOther = isOtherNeeded ? or(exists(app), sql`exists ${others}`) : undefined;
  return orm.delete(passkeys).where(and(eq(passkeys.id, id), eq(passkeys.userId, userId), isOther));
}

export function deletePasskeysOf({ orm, tables: { passkeys } }: Queryable, userId: string, since?: Date) {
  return orm.delete(passkeys).where(and(eq(passkeys.userId, userId), since && gte(passkeys.createdAt, since)));
}
