import { and, eq, lt } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

/** The passkey that an authenticator knows by this, and whose it is. */
export async function findPasskey({ orm, tables: { passkeys, users } }: Queryable, credentialId: string) {
  const [found] = await orm
    .select({ passkey: passkeys, user: users })
    .from(passkeys)
    .innerJoin(users, eq(users.id, passkeys.userId))
    .where(eq(passkeys.credentialId, credentialId));
  return found;
}

/** Hits one row only while its counter has grown since, or it counts nothing. */
export function usePasskey(
  { orm, tables: { passkeys } }: Queryable,
  { id, signCount, lastUsedAt }: { id: string; signCount: number; lastUsedAt: Date },
) {
  const hasGrown = signCount === 0 ? eq(passkeys.signCount, 0) : lt(passkeys.signCount, signCount);
  return orm
    .update(passkeys)
    .set({ signCount, lastUsedAt })
    .where(and(eq(passkeys.id, id), hasGrown));
}
