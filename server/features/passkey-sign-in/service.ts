import { checkAssertion, requestOptions } from '../../authenticators/webauthn.ts';
import type { Queryable } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { randomness } from '../../kernel/token.ts';
import { settled, unproved } from '../attempts/service.ts';
import { beginCeremony, claimCeremony, requireCeremony, spendCeremony, spent } from '../ceremonies/service.ts';
import type { Ceremony } from '../ceremonies/service.ts';
import { change } from '../events/service.ts';
import type { FactorCall } from '../factor-changes/service.ts';
import { disabledRefusals } from '../logins/contract.ts';
import type { CheckedFactor } from '../methods/service.ts';
import { wrongPasskeyRefusals } from '../passkeys/contract.ts';
import type { AuthenticationResponse, PasskeyAsked } from '../passkeys/contract.ts';
import { knownOf, siteOf } from '../passkeys/service.ts';
import type { SignedIn } from '../sessions/contract.ts';
import { lacksProof, openSession, toUser } from '../sessions/service.ts';
import type { SignIn } from './contract.ts';
import { findPasskey, usePasskey } from './queries.ts';

/** What a passkey is asked for: by itself, or for somebody who is known, and what they have begun. */
export type Asking =
  | { kind: 'passkeySignIn' }
  | { kind: 'passkeyFactor' | 'passkeyVerification'; userId: string; boundTo: string };

/**
 * Begins the use of a passkey.
 *
 * @throws Refusal PASSKEYS_NOT_CONFIGURED
 */
export async function askForPasskey(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  asking: Asking,
): Promise<PasskeyAsked> {
  const { rpId } = siteOf(deps);
  const known = 'userId' in asking ? await knownOf(deps, asking.userId) : undefined;
  const options = await requestOptions({ rpId, challenge: randomness(32), ...(known && { known }) });
  const { challenge } = options;
  const { token: ceremony, expiresAt } = await beginCeremony(deps, { ...asking, challenge });
  // What of it is answered is cut to its schema, which the library's type is wider than.
  return { status: 'passkeyAsked', ceremony, expiresAt, options: options as PasskeyAsked['options'] };
}

/** A passkey that was right when it was looked at, and whose it is. */
export type CheckedPasskey = CheckedFactor & {
  passkeyId: string;
  user: NonNullable<Awaited<ReturnType<typeof findPasskey>>>['user'];
};

/**
 * Looks whether it is a passkey of whoever it was asked of; `undefined` otherwise. What was asked is spent
 * then: nobody tries twice by one challenge.
 *
 * @throws Refusal PASSKEYS_NOT_CONFIGURED
 */
export async function checkPasskey(
  { deps, request }: Pick<Call<'db' | 'clock' | 'config' | 'log'>, 'deps' | 'request'>,
  begun: Ceremony,
  response: AuthenticationResponse,
): Promise<CheckedPasskey | undefined> {
  const { kind, challenge, userId } = begun.ceremony;
  const site = siteOf(deps);
  const found = await findPasskey(deps.db, response.id);
  const isAsked = found && challenge !== null && (userId === null || userId === found.user.id);
  const { userHandle, ...signed } = response.response;
  const written = {
    ...response,
    response: { ...signed, ...(userHandle && { userHandle }) },
    clientExtensionResults: {},
  };
  const needsVerification = kind === 'passkeySignIn';
  const checked = isAsked && (await checkAssertion(written, found.passkey, { ...site, challenge, needsVerification }));
  if (!found || !checked) {
    await spendCeremony(deps, begun);
    return undefined;
  }
  const { id, signCount } = found.passkey;
  if (checked.signCount <= signCount && (checked.signCount > 0 || signCount > 0)) {
    const { requestId, address } = request;
    // A copy of it may have been used meanwhile; or this very answer, by somebody who was faster.
    if (await spendCeremony(deps, begun))
      deps.log.warn({ event: 'passkey.counterBack', requestId, address, userId: found.user.id, passkeyId: id });
    return undefined;
  }
  const used = { id, signCount: checked.signCount, lastUsedAt: deps.clock.now() };
  return {
    factor: 'passkey',
    isVerified: checked.isVerified,
    passkeyId: id,
    user: found.user,
    statements: (tx) => [claimCeremony(deps, tx, begun), exactlyOne(usePasskey(tx, used))],
    events: [],
  };
}

/**
 * Signs in by a passkey alone, which has made sure who is there.
 *
 * @throws Refusal PASSKEY_REFUSED, ACCOUNT_DISABLED, PROOF_SPENT, PASSKEYS_NOT_CONFIGURED, TOKEN_NOT_FOR_PAGES, RATE_LIMITED
 */
export async function signInByPasskey(call: FactorCall, { ceremony, response, deliver }: SignIn): Promise<SignedIn> {
  const { deps, request } = call;
  const session = openSession(call, deliver);
  const begun = await requireCeremony(deps, 'passkeySignIn', ceremony);
  const attempt = await deps.limiter.passkey(request.address);
  const checked = await settled(call, session.isDelivered ? attempt : unproved(attempt), async () => {
    const found = await checkPasskey(call, begun, response);
    if (!found || lacksProof(deps, found.user)) return undefined;
    // Told to nobody but who has the passkey.
    if (found.user.disabledAt) throw new Refusal(disabledRefusals, 'ACCOUNT_DISABLED');
    const shown = { userId: found.user.id, passkeyId: found.passkeyId, factors: ['passkey' as const] };
    const list = (tx: Queryable) => [...found.statements(tx), ...session.statements(tx, shown)];
    try {
      await change(deps, session.start(shown), list);
      return found;
    } catch (error) {
      // Somebody else was faster, or the passkey was removed.
      throw error instanceof NotExactlyOne ? spent() : error;
    }
  });
  if (!checked) throw new Refusal(wrongPasskeyRefusals, 'PASSKEY_REFUSED');
  return { status: 'signedIn', user: toUser(checked.user), ...session.deliver() };
}
