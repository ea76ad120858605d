import { and, eq } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** Compare and swap: hits one row only while the hash is the one that was proved. */
export function swapPasswordHash(
  { orm, tables: { users } }: Queryable,
  userId: string,
  { from, to }: { from: string; to: string },
) {
  return orm
    .update(users)
    .set({ passwordHash: to })
    .where(and(eq(users.id, userId), eq(users.passwordHash, from)));
}
