import { eq } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export function setPasswordHash({ orm, tables: { users } }: Queryable, userId: string, passwordHash: string) {
  return orm.update(users).set({ passwordHash }).where(eq(users.id, userId));
}
