import { and, asc, count, eq, gt } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export async function countSeeds({ orm, tables: { totps } }: Queryable): Promise<number> {
  const [found] = await orm.select({ seeds: count() }).from(totps);
  return found?.seeds ?? 0;
}

/** In the order of their ids, by which one that is made meanwhile comes after all others. */
export async function findSeedsAfter(
  { orm, tables: { totps } }: Queryable,
  { after, most }: { after: string | undefined; most: number },
) {
  const { id, userId, seedCiphertext } = totps;
  return await orm
    .select({ id, userId, seedCiphertext })
    .from(totps)
    .where(after === undefined ? undefined : gt(id, after))
    .orderBy(asc(id))
    .limit(most);
}

/** Hits one row only while it is what was read: an app that is set up anew meanwhile stays. */
export function replaceSeed(
  { orm, tables: { totps } }: Queryable,
  { id, from, to }: { id: string; from: Buffer; to: Buffer },
) {
  return orm
    .update(totps)
    .set({ seedCiphertext: to })
    .where(and(eq(totps.id, id), eq(totps.seedCiphertext, from)));
}
