import type { Call, Deps } from '../../deps.ts';
import { seconds } from '../../kernel/clock.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { isTwoFactor } from '../methods/contract.ts';
import type { Factor, Method } from '../methods/contract.ts';
import { factorsOf } from '../methods/service.ts';
import { assuranceRefusals, factorRefusals } from '../sessions/contract.ts';
import type { Caller, TwoFactorCaller, VerifiedCaller } from '../sessions/contract.ts';

/**
 * The caller, if it was proved lately that it is them (ASVS 7.5.1): by their password or a passkey and, where
 * the account has a second factor, by that.
 *
 * @throws Refusal VERIFY_AGAIN with the ways in which this account can do so next
 */
export async function refuseUnlessVerified(
  { deps }: Call<'db' | 'clock' | 'config'>,
  caller: Caller,
): Promise<VerifiedCaller> {
  const factors = await factorsOf(deps, caller.user.id);
  const first: Method[] = factors.includes('passkey') ? ['password', 'passkey'] : ['password'];
  if (isStale(deps, caller.session.verifiedAt)) throw verifyAgain(first);
  if (isFactorStale(deps, caller, factors)) throw verifyAgain(factors);
  return { ...caller, assurance: 'recentlyVerified' };
}

/**
 * The half of it for what asks for the password itself.
 *
 * @throws Refusal VERIFY_AGAIN where the account has a second factor that was not shown lately
 */
export async function refuseUnlessFactorVerified(
  { deps }: Call<'db' | 'clock' | 'config'>,
  caller: Caller,
): Promise<void> {
  const factors = await factorsOf(deps, caller.user.id);
  if (isFactorStale(deps, caller, factors)) throw verifyAgain(factors);
}

type Times = Pick<Deps, 'clock' | 'config'>;

const isStale = ({ clock, config }: Times, at: string | null): boolean =>
  at === null || Date.parse(at) <= clock.now().getTime() - seconds(config.verifiedForSeconds);

const isFactorStale = (deps: Times, { session }: Caller, factors: Factor[]): boolean =>
  factors.length > 0 && isStale(deps, session.factorVerifiedAt);

const verifyAgain = (methods: Method[]) => new Refusal(assuranceRefusals, 'VERIFY_AGAIN', { methods });

/**
 * The caller, if they have shown a second factor in this session, and their account has one still.
 *
 * @throws Refusal SECOND_FACTOR_NEEDED with those that this account has
 */
export async function refuseUnlessTwoFactor<Given extends Caller>(
  { deps }: Call<'db'>,
  caller: Given,
): Promise<Given & TwoFactorCaller> {
  const methods = await factorsOf(deps, caller.user.id);
  if (isTwoFactor(caller.session.factors) && methods.length > 0) return { ...caller, isTwoFactor: true };
  throw new Refusal(factorRefusals, 'SECOND_FACTOR_NEEDED', { methods });
}
