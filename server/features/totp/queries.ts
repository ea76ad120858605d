import { and, eq, exists, gte, isNotNull, isNull, lt, notExists, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

interface Offered {
  id: string;
  createdAt: Date;
  userId: string;
  seedCiphertext: Buffer;
}

/** Stores an app that does not count yet, in the place of another such one. */
export function offerTotp({ orm, tables: { totps } }: Queryable, { id, createdAt, userId, seedCiphertext }: Offered) {
  return orm
    .insert(totps)
    .values({ id, createdAt, userId, seedCiphertext, confirmedAt: null, lastStep: 0, failures: 0 })
    .onConflictDoUpdate({
      target: totps.userId,
      targetWhere: isNull(totps.confirmedAt),
      set: { id, createdAt, seedCiphertext },
    });
}

/** The app of a user that counts. */
export async function findTotp({ orm, tables: { totps } }: Queryable, userId: string) {
  const isTheirs = and(eq(totps.userId, userId), isNotNull(totps.confirmedAt));
  const [found] = await orm.select().from(totps).where(isTheirs);
  return found;
}

/** The one that was offered last, and does not count yet. */
export async function findOffered({ orm, tables: { totps } }: Queryable, userId: string) {
  const isTheirs = and(eq(totps.userId, userId), isNull(totps.confirmedAt));
  const [found] = await orm.select().from(totps).where(isTheirs);
  return found;
}

/** Hits one row only while this is the app that was offered last, it does not count yet and, as the first factor, there is no other. */
export function confirmTotp(
  { orm, tables: { totps, passkeys } }: Queryable,
  { id, userId, confirmedAt, lastStep, isFirst }: Confirmed,
) {
  const app = orm
    .select({ id: totps.id })
    .from(totps)
    .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt)));
  const passkey = orm.select({ id: passkeys.id }).from(passkeys).where(eq(passkeys.userId, userId));
  const isAlone = isFirst ? and(notExists(app), notExists(passkey)) : undefined;
  return orm
    .update(totps)
    .set({ confirmedAt, lastStep, failures: 0 })
    .where(and(eq(totps.id, id), isNull(totps.confirmedAt), isAlone));
}

interface Confirmed {
  id: string;
  userId: string;
  confirmedAt: Date;
  lastStep: number;
  isFirst: boolean;
}

/** Counts one more wrong code before it is looked at: of many at once, none more than so many is. Returns the app. */
export async function countTry({ orm, tables: { totps } }: Queryable, userId: string, most: number) {
  const [counted] = await orm
    .update(totps)
    .set({ failures: sql`${totps.failures} + 1` })
    .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt), lt(totps.failures, most)))
    .returning();
  return counted;
}

/** Hits one row only while no code of this step or a later one was used: of several callers at once one alone gets through. */
export function useStep({ orm, tables: { totps } }: Queryable, { id, step }: { id: string; step: number }) {
  return orm
    .update(totps)
    .set({ lastStep: step, failures: 0 })
    .where(and(eq(totps.id, id), isNotNull(totps.confirmedAt), lt(totps.lastStep, step)));
}

/** Hits one row only while there is one, and, where another factor is needed, one of those. */
export function deleteTotp(
  { orm, tables: { totps, passkeys } }: Queryable,
  userId: string,
  { isOtherNeeded }: { isOtherNeeded: boolean },
) {
  const other = orm.select({ id: passkeys.id }).from(passkeys).where(eq(passkeys.userId, userId));
  return orm
    .delete(totps)
    .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt), isOtherNeeded ? exists(other) : undefined));
}

export function deleteTotpOf({ orm, tables: { totps } }: Queryable, userId: string, since?: Date) {
  return orm.delete(totps).where(and(eq(totps.userId, userId), since && gte(totps.createdAt, since)));
}
