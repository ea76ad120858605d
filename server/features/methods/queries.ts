import { and, eq, exists, isNotNull, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';

/** Which factors an account has. */
export async function findFactors(db: Queryable, userId: string) {
  const [found] = await factorsByUser(db).execute({ userId });
  return found;
}

const factorsByUser = prepared(({ orm, tables }) => {
  const { users, totps, passkeys, recoveryCodes } = tables;
  const has = (rows: Parameters<typeof exists>[0], name: string) => sql<boolean | number>`${exists(rows)}`.as(name);
  return orm
    .select({
      totp: has(
        orm
          .select({ id: totps.id })
          .from(totps)
          .where(and(eq(totps.userId, users.id), isNotNull(totps.confirmedAt))),
        'totp',
      ),
      passkey: has(orm.select({ id: passkeys.id }).from(passkeys).where(eq(passkeys.userId, users.id)), 'passkey'),
      recoveryCode: has(
        orm.select({ id: recoveryCodes.id }).from(recoveryCodes).where(eq(recoveryCodes.userId, users.id)),
        'recovery_code',
      ),
    })
    .from(users)
    .where(eq(users.id, sql.placeholder('userId')))
    .prepare();
});

export async function findAdminSince({ orm, tables: { users } }: Queryable, userId: string): Promise<Date | null> {
  const [found] = await orm.select({ adminSince: users.adminSince }).from(users).where(eq(users.id, userId));
  return found?.adminSince ?? null;
}
