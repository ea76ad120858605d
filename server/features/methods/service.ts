import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import type { NewEvent } from '../events/contract.ts';
import { factor } from './contract.ts';
import type { Factor } from './contract.ts';
import { findAdminSince, findFactors } from './queries.ts';

/** The second factors of an account, any of which may be shown; none where it has only its password. */
export async function factorsOf({ db }: Pick<Deps, 'db'>, userId: string): Promise<Factor[]> {
  const found = await findFactors(db, userId);
  return factor.options.filter((name) => found?.[name]);
}

/** Whether the operator asks for a second factor of this account. */
export const isFactorDemanded = (
  { config: { requireSecondFactor } }: Pick<Deps, 'config'>,
  { adminSince }: { adminSince: Date | null },
): boolean => requireSecondFactor === 'everyone' || (requireSecondFactor === 'admins' && adminSince !== null);

/** The same, by the user's id. */
export async function isFactorDemandedOf(deps: Pick<Deps, 'db' | 'config'>, userId: string): Promise<boolean> {
  // What the answer is does not depend on the account, mostly.
  if (deps.config.requireSecondFactor !== 'admins') return deps.config.requireSecondFactor === 'everyone';
  return isFactorDemanded(deps, { adminSince: await findAdminSince(deps.db, userId) });
}

/** A second factor that was right when it was looked at. */
export interface CheckedFactor {
  factor: Factor;
  /** Whether it proves by itself who is there. */
  isVerified: boolean;
  /** For the list of what it is shown for: undone whole where it was used up meanwhile. */
  statements(tx: Queryable): (Statement | ExactlyOne<Statement>)[];
  events: NewEvent[];
}
