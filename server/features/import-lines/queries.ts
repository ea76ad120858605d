import { and, eq, gt, inArray } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export interface NewImportedUser {
  id: string;
  createdAt: Date;
  email: string;
  emailVerifiedAt: Date | null;
  name: string | null;
  locale: string | null;
  passwordHash: string;
  importedId: string;
  disabledAt: Date | null;
}

export async function findUsersBy(
  { orm, tables: { users } }: Queryable,
  by: { emails: string[] } | { importedIds: string[] },
) {
  const { email, importedId, emailVerifiedAt } = users;
  const isOne = 'emails' in by ? inArray(email, by.emails) : inArray(importedId, by.importedIds);
  return await orm.select({ email, importedId, emailVerifiedAt }).from(users).where(isOne);
}

/** Those of the addresses that are kept for somebody who has lost them by a change and may take them back. */
export async function findKept(db: Queryable, emails: string[], now: Date): Promise<string[]> {
  const found = await keptAddresses(db, emails, now);
  return found.map(({ email }) => email);
}

/** Those whose address or old id is taken are passed over. */
export function insertUsers({ orm, tables: { users } }: Queryable, rows: NewImportedUser[]) {
  return orm.insert(users).values(rows).onConflictDoNothing();
}

/** For the same list: takes those away again whose address is kept. */
export function deleteUsersOfKeptAddresses(db: Queryable, rows: NewImportedUser[], now: Date) {
  const { users } = db.tables;
  const ids = rows.map(({ id }) => id);
  const emails = rows.map(({ email }) => email);
  return db.orm.delete(users).where(and(inArray(users.id, ids), inArray(users.email, keptAddresses(db, emails, now))));
}

function keptAddresses({ orm, tables: { oneTimeTokens } }: Queryable, emails: string[], now: Date) {
  const { email, purpose, expiresAt } = oneTimeTokens;
  return orm
    .select({ email })
    .from(oneTimeTokens)
    .where(and(inArray(email, emails), eq(purpose, 'emailUndo'), gt(expiresAt, now)));
}

export async function findIds({ orm, tables: { users } }: Queryable, ids: string[]): Promise<Set<string>> {
  const found = await orm.select({ id: users.id }).from(users).where(inArray(users.id, ids));
  return new Set(found.map(({ id }) => id));
}
