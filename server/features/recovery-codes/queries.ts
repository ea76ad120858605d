import { and, count, eq, gte, isNotNull, notExists } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

interface NewCode {
  id: string;
  createdAt: Date;
  userId: string;
  codeHash: Buffer;
}

export function insertCodes({ orm, tables: { recoveryCodes } }: Queryable, rows: NewCode[]) {
  return orm.insert(recoveryCodes).values(rows);
}

export function deleteCodesOf({ orm, tables: { recoveryCodes } }: Queryable, userId: string, since?: Date) {
  return orm
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), since && gte(recoveryCodes.createdAt, since)));
}

/** Deletes them where there is nothing left that they could take the place of. */
export function deleteUselessCodes({ orm, tables }: Queryable, userId: string) {
  const { recoveryCodes, totps, passkeys } = tables;
  const app = orm
    .select({ id: totps.id })
    .from(totps)
    .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt)));
  const keys = orm.select({ id: passkeys.id }).from(passkeys).where(eq(passkeys.userId, userId));
  return orm.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), notExists(app), notExists(keys)));
}

/** Hits one row only while it is there: of several callers at once one alone gets through. */
export function deleteCode(
  { orm, tables: { recoveryCodes } }: Queryable,
  { userId, codeHash }: { userId: string; codeHash: Buffer },
) {
  return orm.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash)));
}

export async function isCode(
  { orm, tables: { recoveryCodes } }: Queryable,
  { userId, codeHash }: { userId: string; codeHash: Buffer },
): Promise<boolean> {
  const { id } = recoveryCodes;
  const isTheirs = and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash));
  return (await orm.select({ id }).from(recoveryCodes).where(isTheirs)).length > 0;
}

export async function countCodes({ orm, tables: { recoveryCodes } }: Queryable, userId: string): Promise<number> {
  const [found] = await orm.select({ left: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  return found?.left ?? 0;
}
