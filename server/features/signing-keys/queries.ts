import { asc, inArray } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export interface SigningKey {
  id: string;
  createdAt: Date;
  generation: number;
  signsAt: Date;
  publicKey: Buffer;
  privateKeyCiphertext: Buffer;
}

/** Every key, the oldest first. There are three at most. */
export async function findSigningKeys({ orm, tables: { signingKeys } }: Queryable): Promise<SigningKey[]> {
  return await orm.select().from(signingKeys).orderBy(asc(signingKeys.generation));
}

/** Leaves the database as it is where there is a key of this generation: of all who add one at once, one alone does. */
export function addSigningKey({ orm, tables: { signingKeys } }: Queryable, key: SigningKey) {
  return orm.insert(signingKeys).values(key).onConflictDoNothing({ target: signingKeys.generation });
}

export function deleteSigningKeys({ orm, tables: { signingKeys } }: Queryable, ids: string[]) {
  return orm.delete(signingKeys).where(inArray(signingKeys.id, ids));
}
