import type { Call } from '../../deps.ts';
import { deviceOf } from '../../kernel/device.ts';
import { NotExactlyOne } from '../../kernel/exactly-one.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { provePassword } from '../logins/service.ts';
import { change } from '../events/service.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import type { Caller } from '../sessions/contract.ts';
import { renewSession } from '../sessions/service.ts';
import type { Verified, Verify } from './contract.ts';

/**
 * Notes that the caller has shown their password again, for what asks for that. Their session goes on
 * under a new token (ASVS 7.2.4).
 *
 * @throws Refusal WRONG_PASSWORD, SESSION_ENDED, RATE_LIMITED, BUSY
 */
export async function verifySession(
  call: Call<'db' | 'clock' | 'hasher' | 'limiter' | 'jobs' | 'log' | 'metrics' | 'config'>,
  me: Caller,
  { password }: Verify,
): Promise<Verified> {
  const { deps, request } = call;
  const { failuresBefore } = await provePassword(call, me, password);

  const { user, session } = me;
  const verifiedAt = deps.clock.now();
  const renewed = renewSession(call, { verifiedAt });
  const about = { sessionId: session.id, by: 'password' as const, failuresBefore, ...deviceOf(request.userAgent) };
  const events = [{ kind: 'session.verified', userId: user.id, ...about } as const];
  try {
    await change(deps, { request, sessionId: session.id, events }, (tx) => renewed.statements(tx));
  } catch (error) {
    // It was ended meanwhile, or renewed by another call.
    if (error instanceof NotExactlyOne) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
    throw error;
  }
  return { status: 'verified', session: { ...session, verifiedAt: verifiedAt.toISOString() }, ...renewed.deliver() };
}
