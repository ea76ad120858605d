import { and, asc, count, desc, eq, gt } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

interface Replacement {
  id: string;
  from: Buffer;
  to: Buffer;
}

export async function countSealed({ orm, tables: { totps, signingKeys } }: Queryable): Promise<number> {
  const [seeds] = await orm.select({ rows: count() }).from(totps);
  const [keys] = await orm.select({ rows: count() }).from(signingKeys);
  return (seeds?.rows ?? 0) + (keys?.rows ?? 0);
}

export async function findNewestSeed({ orm, tables: { totps } }: Queryable): Promise<Buffer | undefined> {
  const [newest] = await orm.select({ seed: totps.seedCiphertext }).from(totps).orderBy(desc(totps.id)).limit(1);
  return newest?.seed;
}

/** In the order of their ids, by which one that is made meanwhile comes after all others. */
export async function findSeedsAfter(
  { orm, tables: { totps } }: Queryable,
  { after, most }: { after: string | undefined; most: number },
) {
  const { id, userId, seedCiphertext } = totps;
  return await orm
    .select({ id, userId, from: seedCiphertext })
    .from(totps)
    .where(after === undefined ? undefined : gt(id, after))
    .orderBy(asc(id))
    .limit(most);
}

/** Hits one row only while it is what was read: an app that is set up anew meanwhile stays. */
export function replaceSeed({ orm, tables: { totps } }: Queryable, { id, from, to }: Replacement) {
  return orm
    .update(totps)
    .set({ seedCiphertext: to })
    .where(and(eq(totps.id, id), eq(totps.seedCiphertext, from)));
}

/** What private keys there are, which are a few. */
export async function findPrivateKeys({ orm, tables: { signingKeys } }: Queryable) {
  const { id, privateKeyCiphertext } = signingKeys;
  return await orm.select({ id, from: privateKeyCiphertext }).from(signingKeys).orderBy(asc(id));
}

/** The same for a private key. */
export function replacePrivateKey({ orm, tables: { signingKeys } }: Queryable, { id, from, to }: Replacement) {
  return orm
    .update(signingKeys)
    .set({ privateKeyCiphertext: to })
    .where(and(eq(signingKeys.id, id), eq(signingKeys.privateKeyCiphertext, from)));
}
