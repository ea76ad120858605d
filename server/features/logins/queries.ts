import { and, eq, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';
import { prepared } from '../../db/prepared.ts';

export async function findUserByEmail(db: Queryable, email: string) {
  const [found] = await userByEmail(db).execute({ email });
  return found;
}

const userByEmail = prepared(({ orm, tables: { users } }) =>
  orm
    .select()
    .from(users)
    .where(eq(users.email, sql.placeholder('email')))
    .prepare(),
);

/** Compare and swap: leaves a hash alone that somebody has changed meanwhile. */
export async function replacePasswordHash(
  { orm, tables: { users } }: Queryable,
  userId: string,
  { from, to }: { from: string; to: string },
) {
  await orm
    .update(users)
    .set({ passwordHash: to })
    .where(and(eq(users.id, userId), eq(users.passwordHash, from)));
}
