import { and, eq, gt, notExists, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

import type { Queryable } from '../../db/database.ts';

interface NewUser {
  id: string;
  createdAt: Date;
  email: string;
  name: string | null;
  passwordHash: string;
  emailVerifiedAt?: Date | null;
  locale?: string | null;
}

/** Hits no row where the address is taken, for the sake of the work, or is kept for an account that has lost it by a change and may take it back. */
export function insertUser(
  { orm, tables: { users, oneTimeTokens } }: Queryable,
  user: NewUser,
  { isTaken = false }: { isTaken?: boolean } = {},
) {
  const kept = orm
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.email, user.email),
        eq(oneTimeTokens.purpose, 'emailUndo'),
        gt(oneTimeTokens.expiresAt, user.createdAt),
      ),
    );
  const value = (column: SQLiteColumn, given: unknown) => sql`${sql.param(given, column)}`.as(column.name);
  return orm.insert(users).select(
    orm
      .select({
        id: value(users.id, user.id),
        createdAt: value(users.createdAt, user.createdAt),
        email: value(users.email, user.email),
        emailVerifiedAt: value(users.emailVerifiedAt, user.emailVerifiedAt ?? null),
        name: value(users.name, user.name),
        locale: value(users.locale, user.locale ?? null),
        passwordHash: value(users.passwordHash, user.passwordHash),
        importedId: value(users.importedId, null),
        disabledAt: value(users.disabledAt, null),
        adminSince: value(users.adminSince, null),
      })
      .from(sql`(select 1) as one`)
      .where(isTaken ? sql`1 = 0` : notExists(kept)),
  );
}
