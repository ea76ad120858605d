import type { Call } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { networkOf } from '../../kernel/ip-address.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { generalRefusals } from '../../kernel/refusals.ts';
import { forgetNetworks } from '../account/service.ts';
import { refuseUnlessFactorVerified } from '../assurance/service.ts';
import { provePassword } from '../logins/service.ts';
import { refuseWeakPassword } from '../new-password/service.ts';
import { change } from '../events/service.ts';
import { endLinksOf } from '../links/service.ts';
import type { Caller } from '../sessions/contract.ts';
import { checkSession, endSessionsOf, renewSession } from '../sessions/service.ts';
import type { ChangePassword, PasswordChanged } from './contract.ts';
import { swapPasswordHash } from './queries.ts';

type ChangeCall = Call<'db' | 'clock' | 'hasher' | 'limiter' | 'jobs' | 'log' | 'metrics' | 'config' | 'breached'>;

/**
 * Sets another password for the caller, who shows the one of now (ASVS 6.2.3). Their other sessions end
 * (ASVS 7.4.3), and this one goes on under a new token, as one that was verified just now.
 *
 * @throws Refusal VERIFY_AGAIN where the account has a second factor, WRONG_PASSWORD, those of `refuseWeakPassword`, SESSION_ENDED, RATE_LIMITED, BUSY
 */
export async function changePassword(
  call: ChangeCall,
  me: Caller,
  { currentPassword, newPassword }: ChangePassword,
): Promise<PasswordChanged> {
  const { hasher } = call.deps;
  // A password that was stolen with a session must not become another one.
  await refuseUnlessFactorVerified(call, me);
  // Before the one of now is proved: a new one that is no good costs no hash.
  await refuseWeakPassword(call.deps, { password: newPassword, email: me.user.email });

  const { passwordHash: from } = await provePassword(call, me, currentPassword);
  const to = await hasher.hash(newPassword, networkOf(call.request.address));
  return { status: 'passwordChanged', ...(await swap(call, me, { from, to })) };
}

async function swap(
  call: ChangeCall,
  { user, session }: Caller,
  hashes: { from: string; to: string },
): Promise<{ token?: string }> {
  const { deps, request } = call;
  const renewed = renewSession(call, { verifiedAt: deps.clock.now() });
  const events = [{ kind: 'password.changed', userId: user.id, by: 'owner' } as const];
  try {
    const [sessionsEnded = 0] = await change(deps, { request, sessionId: session.id, events }, (tx) => [
      endSessionsOf(tx, user.id, { except: session.id }),
      // A reset that was quicker wins: what was proved is not the password any more.
      exactlyOne(swapPasswordHash(tx, user.id, hashes)),
      endLinksOf(tx, user.id, { except: 'emailUndo' }),
      ...renewed.statements(tx),
    ]);
    deps.metrics.sessionsEnded('owner', sessionsEnded);
    await forgetNetworks(deps, user, request);
    return renewed.deliver();
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    // Whatever set another password has ended this session, or gave it a new token.
    await checkSession(call);
    // Or a login has brought the hash up to date meanwhile, and the password was right.
    throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 1 });
  }
}
