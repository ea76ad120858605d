import type { Call } from '../../deps.ts';
import { NotExactlyOne } from '../../kernel/exactly-one.ts';
import { networkOf } from '../../kernel/ip-address.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { forgetNetworks } from '../account/service.ts';
import { refuseWeakPassword } from '../new-password/service.ts';
import { proofByReset } from '../email/service.ts';
import { change } from '../events/service.ts';
import type { CheckYourMail } from '../link-mails/contract.ts';
import { askForMail } from '../link-mails/service.ts';
import { linkRefusals } from '../links/contract.ts';
import { claimLink, endLinksOf, findLink } from '../links/service.ts';
import type { FoundLink } from '../links/service.ts';
import { endSessionsOf } from '../sessions/service.ts';
import type { CompletePasswordReset, RequestPasswordReset } from './contract.ts';
import { setPasswordHash } from './queries.ts';

/**
 * Has the mail of a reset sent to whoever owns an address.
 *
 * @throws Refusal MAIL_NOT_CONFIGURED, RATE_LIMITED
 */
export const requestPasswordReset = async (
  call: Call<'db' | 'clock' | 'jobs' | 'limiter' | 'mails'>,
  { email }: RequestPasswordReset,
): Promise<CheckYourMail> => await askForMail(call, 'passwordReset', email);

type CompleteCall = Call<'db' | 'clock' | 'hasher' | 'jobs' | 'limiter' | 'log' | 'metrics' | 'config' | 'breached'>;

/**
 * Sets the password of whoever holds the token of a link, and ends all that came of the old one.
 * It signs nobody in. A weak password does not spend the token.
 *
 * @throws Refusal LINK_SPENT, those of `refuseWeakPassword`, RATE_LIMITED, BUSY
 */
export async function completePasswordReset(
  call: CompleteCall,
  { token, newPassword }: CompletePasswordReset,
): Promise<{ status: 'passwordChanged' }> {
  const { deps, request } = call;
  await deps.limiter.link(request.address);

  // Looked up before hashing, so that a token that somebody made up costs little; the claim decides.
  const link = await findLink(deps, token, ['passwordReset', 'operatorReset']);
  if (!link) throw new Refusal(linkRefusals, 'LINK_SPENT');

  await refuseWeakPassword(deps, { password: newPassword, email: link.email });
  const passwordHash = await deps.hasher.hash(newPassword, networkOf(request.address));

  await spend(call, link, passwordHash);
  await forgetNetworks(deps, { id: link.userId, email: link.email });
  return { status: 'passwordChanged' };
}

async function spend({ deps, request }: CompleteCall, link: FoundLink, passwordHash: string): Promise<void> {
  const { userId, purpose } = link;
  // An operator's link was handed over, which proves no address.
  const proof = purpose === 'passwordReset' ? await proofByReset(deps, userId) : { events: [], list: () => [] };
  const events = [{ kind: 'password.changed', userId, by: 'reset' } as const, ...proof.events];
  try {
    const [, , sessionsEnded = 0] = await change(deps, { request, events }, (tx) => [
      claimLink(deps, tx, link),
      setPasswordHash(tx, userId, passwordHash),
      endSessionsOf(tx, userId),
      endLinksOf(tx, userId, { except: 'emailUndo' }),
      ...proof.list(tx),
    ]);
    deps.metrics.sessionsEnded('reset', sessionsEnded);
  } catch (error) {
    // Somebody else was faster, or the account is disabled or has another address by now.
    if (error instanceof NotExactlyOne) throw new Refusal(linkRefusals, 'LINK_SPENT');
    throw error;
  }
}
