import type { Queryable, Statement } from '../../db/database.ts';
import type { Call } from '../../deps.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { change } from '../events/service.ts';
import type { NewEvent } from '../events/contract.ts';
import { endLinksFor } from '../links/service.ts';
import type { Factor } from '../methods/contract.ts';
import type { Caller } from '../sessions/contract.ts';
import { endSessionsOf, renewSession } from '../sessions/service.ts';

export type FactorCall = Call<'db' | 'clock' | 'config' | 'jobs' | 'limiter' | 'log' | 'metrics' | 'sealedBox'>;

interface FactorChange {
  events: NewEvent[];
  list: (tx: Queryable) => (Statement | ExactlyOne<Statement>)[];
  /** The one that was added, and so shown in this session. */
  shown?: Factor;
  /** Whether it is so that one was taken, perhaps in the place of another; by default where none was added. */
  isAnyTaken?: boolean;
}

/**
 * Changes which factors the caller has. Their session goes on under a new token (ASVS 7.2.4). Others end (ASVS
 * 7.4.3): where a factor was only added those in which nothing but the password was shown, otherwise all of them.
 *
 * @returns the new token, for whoever sends it as a bearer token
 * @throws NotExactlyOne where the list was undone, or the session is over
 */
export async function changeFactors(
  call: FactorCall,
  { user, session }: Caller,
  { events, list, shown, isAnyTaken = !shown }: FactorChange,
): Promise<{ token?: string }> {
  const { deps, request } = call;
  const proved = shown && { factors: withFactor(session.factors, shown), factorVerifiedAt: deps.clock.now() };
  const renewed = renewSession(call, proved);
  const ended = { except: session.id, ...(!isAnyTaken && { factors: 'password' }) };
  const hit = await change(deps, { request, sessionId: session.id, events }, (tx) => [
    endSessionsOf(tx, user.id, ended),
    // Which one of them may have wanted.
    endLinksFor(tx, user.id, 'emailChange'),
    ...list(tx),
    ...renewed.statements(tx),
  ]);
  deps.metrics.sessionsEnded('owner', hit[0] ?? 0);
  return renewed.deliver();
}

/** What was shown in a session that has shown one more, as its row has it. */
export const withFactor = (factors: Caller['session']['factors'], factor: Factor): string =>
  [...new Set([...factors, factor])].join(' ');
