import { hashRecoveryCode, newRecoveryCodes, readRecoveryCode } from '../../authenticators/recovery-codes.ts';
import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { changeFactors } from '../factor-changes/service.ts';
import type { FactorCall } from '../factor-changes/service.ts';
import { factorsOf } from '../methods/service.ts';
import type { CheckedFactor } from '../methods/service.ts';
import { factorRefusals, sessionRefusals } from '../sessions/contract.ts';
import type { VerifiedCaller } from '../sessions/contract.ts';
import type { Replaced } from './contract.ts';
import { countCodes, deleteCode, deleteCodesOf, deleteUselessCodes, insertCodes, isCode } from './queries.ts';

/** Ten codes in the place of all that an account has. They exist once the statements have run. */
export interface CodeSet {
  statements(tx: Queryable): Statement[];
  /** Shown once. */
  reveal(): string[];
}

export function newCodeSet({ clock }: Pick<Deps, 'clock'>, userId: string): CodeSet {
  const codes = newRecoveryCodes();
  const createdAt = clock.now();
  const rows = codes.map((code) => ({ id: newId(), createdAt, userId, codeHash: hashRecoveryCode(code) }));
  return {
    statements: (tx) => [deleteCodesOf(tx, userId), insertCodes(tx, rows)],
    reveal: () => codes.map((code) => code.reveal()),
  };
}

/** For an account that gets its first factor: a set of codes goes with it. `undefined` where it has codes. */
export async function firstCodeSet(deps: Pick<Deps, 'db' | 'clock'>, userId: string): Promise<CodeSet | undefined> {
  return (await countCodes(deps.db, userId)) === 0 ? newCodeSet(deps, userId) : undefined;
}

/**
 * Other codes in the place of all that the caller has, used or not.
 *
 * @throws Refusal SECOND_FACTOR_NEEDED where there is nothing that they could take the place of; SESSION_ENDED
 */
export async function replaceRecoveryCodes(call: FactorCall, me: VerifiedCaller): Promise<Replaced> {
  const { id: userId } = me.user;
  const methods = await factorsOf(call.deps, userId);
  if (methods.length === 0) throw new Refusal(factorRefusals, 'SECOND_FACTOR_NEEDED', { methods });

  const codes = newCodeSet(call.deps, userId);
  const events = [{ kind: 'recoveryCodes.replaced', userId } as const];
  try {
    // The factor may be removed meanwhile, and codes be left that are of no use then.
    const list = (tx: Queryable) => [...codes.statements(tx), deleteUselessCodes(tx, userId)];
    const token = await changeFactors(call, me, { events, list });
    return { status: 'recoveryCodesReplaced', recoveryCodes: codes.reveal(), ...token };
  } catch (error) {
    if (error instanceof NotExactlyOne) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
    throw error;
  }
}

/** Looks whether it is a code of theirs that was not used; `undefined` otherwise. */
export async function checkRecoveryCode(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  written: string,
): Promise<CheckedFactor | undefined> {
  const code = readRecoveryCode(written);
  const codeHash = code && hashRecoveryCode(code);
  if (!codeHash || !(await isCode(db, { userId, codeHash }))) return undefined;
  const left = (await countCodes(db, userId)) - 1;
  return {
    factor: 'recoveryCode',
    isVerified: false,
    statements: (tx) => [exactlyOne(deleteCode(tx, { userId, codeHash }))],
    events: [{ kind: 'recoveryCode.used', userId, left: Math.max(0, left) }],
  };
}

/** For the list that removes a factor, after it: without another one codes are of no use. */
export const endUselessCodes = (tx: Queryable, userId: string): Statement => deleteUselessCodes(tx, userId);

/** For the list that takes the factors of an account, or those that were set up since. */
export const endCodesOf = (tx: Queryable, userId: string, since?: Date): Statement => deleteCodesOf(tx, userId, since);

/** How many an account has not used. */
export const codesLeft = async ({ db }: Pick<Deps, 'db'>, userId: string): Promise<number> =>
  await countCodes(db, userId);
