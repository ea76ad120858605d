import type { Queryable, Statement } from '../../db/database.ts';
import { endPasskeysOf } from '../passkeys/service.ts';
import { endCodesOf, endUselessCodes } from '../recovery-codes/service.ts';
import { endAppOf } from '../totp/service.ts';

/** For a list: takes every factor of an account, or those that were set up since then. */
export const endFactorsOf = (tx: Queryable, userId: string, since?: Date): Statement[] => [
  endAppOf(tx, userId, since),
  endPasskeysOf(tx, userId, since),
  endCodesOf(tx, userId, since),
  endUselessCodes(tx, userId),
];
