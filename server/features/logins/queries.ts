import { and, eq } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export async function findUserByEmail({ orm, tables: { users } }: Queryable, email: string) {
  const [found] = await orm.select().from(users).where(eq(users.email, email));
  return found;
}

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
