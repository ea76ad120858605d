import { and, asc, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export async function findUser({ orm, tables: { users } }: Queryable, by: { id: string } | { email: string }) {
  const [found] = await orm
    .select()
    .from(users)
    .where('id' in by ? eq(users.id, by.id) : eq(users.email, by.email));
  return found;
}

/** The oldest first, by the index of ids, which are made in the order of time. A prefix is compared row by row. */
export async function findUsersAfter(
  { orm, tables: { users } }: Queryable,
  { after, emailPrefix, most }: { after: string | undefined; emailPrefix: string | undefined; most: number },
) {
  const isAfter = after === undefined ? undefined : gt(users.id, after);
  // Characters, as both databases count them. `like` would take `_` and `%` for more than they are.
  const beginning = sql`substr(${users.email}, 1, ${Array.from(emailPrefix ?? '').length})`;
  const hasPrefix = emailPrefix ? sql`${beginning} = ${emailPrefix}` : undefined;
  return await orm.select().from(users).where(and(isAfter, hasPrefix)).orderBy(asc(users.id)).limit(most);
}

/** Hits no row where the user is disabled already. */
export function disableUser({ orm, tables: { users } }: Queryable, id: string, now: Date) {
  return orm
    .update(users)
    .set({ disabledAt: now })
    .where(and(eq(users.id, id), isNull(users.disabledAt)));
}

/** Hits no row where the user is not disabled. */
export function enableUser({ orm, tables: { users } }: Queryable, id: string) {
  return orm
    .update(users)
    .set({ disabledAt: null })
    .where(and(eq(users.id, id), isNotNull(users.disabledAt)));
}

/** Hits no row where it is so already. */
export function setAdminSince({ orm, tables: { users } }: Queryable, id: string, adminSince: Date | null) {
  const isOther = adminSince ? isNull(users.adminSince) : isNotNull(users.adminSince);
  return orm
    .update(users)
    .set({ adminSince })
    .where(and(eq(users.id, id), isOther));
}
