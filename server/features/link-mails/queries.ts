import { and, eq, isNull } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export async function findUserIdByEmail({ orm, tables: { users } }: Queryable, email: string) {
  const [found] = await orm.select({ id: users.id }).from(users).where(eq(users.email, email));
  return found?.id;
}

/** The user with this id, unless they are disabled. */
export async function findRecipient({ orm, tables: { users } }: Queryable, userId: string) {
  const { id, email, emailVerifiedAt, locale } = users;
  const [found] = await orm
    .select({ id, email, emailVerifiedAt, locale })
    .from(users)
    .where(and(eq(id, userId), isNull(users.disabledAt)));
  return found;
}
