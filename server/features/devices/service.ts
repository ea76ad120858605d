import type { Call } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { change } from '../events/service.ts';
import { endLinksFor } from '../links/service.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import type { Caller, VerifiedCaller } from '../sessions/contract.ts';
import { endSessionsOf, factorsIn, holdSession, idleSince } from '../sessions/service.ts';
import { deviceRefusals } from './contract.ts';
import type { Device, Devices, Revoke, Revoked, RevokedOthers } from './contract.ts';
import { deleteSessionOf, findSessionsOf } from './queries.ts';

/** Where the caller is signed in, this session among them. */
export async function listSessions(
  { deps }: Call<'db' | 'clock' | 'config'>,
  { user, session }: Caller,
): Promise<Devices> {
  const now = deps.clock.now();
  const found = await findSessionsOf(deps.db, { userId: user.id, now, idleSince: idleSince(deps, now) });
  return { sessions: found.map((row) => toDevice(row, session.id)) };
}

type Row = Awaited<ReturnType<typeof findSessionsOf>>[number];

function toDevice(row: Row, currentId: string): Device {
  const { id, browser, system, address, factors, createdAt, lastSeenAt, verifiedAt, expiresAt } = row;
  return {
    id,
    isCurrent: id === currentId,
    browser,
    system,
    address,
    factors: factorsIn({ factors }),
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    verifiedAt: (verifiedAt ?? createdAt).toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

type ChangeCall = Call<'db' | 'clock' | 'jobs' | 'log' | 'metrics'>;

/**
 * Ends one session of the caller, which may be the one that asks (ASVS 7.5.2), and a change of the address
 * that was asked for and not yet confirmed. It takes a fresh proof:
 * whoever has got hold of a session does not lock its owner out.
 *
 * @throws Refusal SESSION_UNKNOWN, the same for one of somebody else and for one that there is not
 */
export async function revokeSession(
  { deps, request, reply }: ChangeCall,
  { user, session }: VerifiedCaller,
  { id }: Revoke,
): Promise<Revoked> {
  const events = [{ kind: 'session.ended', userId: user.id, sessionId: id, by: 'revoked' } as const];
  try {
    await change(deps, { request, sessionId: session.id, events }, (tx) => [
      exactlyOne(deleteSessionOf(tx, { id, userId: user.id, by: session.id })),
      // Which the other session may have wanted.
      endLinksFor(tx, user.id, 'emailChange'),
    ]);
  } catch (error) {
    if (error instanceof NotExactlyOne) throw new Refusal(deviceRefusals, 'SESSION_UNKNOWN');
    throw error;
  }
  deps.metrics.sessionsEnded('owner', 1);
  if (id !== session.id) return { status: 'revoked' };

  reply.clearSessionCookie();
  return { status: 'signedOut' };
}

/**
 * Ends every session of the caller but the one that asks, and such a change with them.
 *
 * @throws Refusal SESSION_ENDED where that one was ended meanwhile
 */
export async function revokeOtherSessions(call: ChangeCall, { user, session }: VerifiedCaller): Promise<RevokedOthers> {
  const { deps, request } = call;
  const events = [{ kind: 'user.sessionsEnded', userId: user.id, by: 'owner' } as const];
  try {
    const [, count = 0] = await change(deps, { request, sessionId: session.id, events }, (tx) => [
      holdSession(call, tx),
      endSessionsOf(tx, user.id, { except: session.id }),
      endLinksFor(tx, user.id, 'emailChange'),
    ]);
    deps.metrics.sessionsEnded('owner', count);
    return { status: 'revoked', count };
  } catch (error) {
    if (error instanceof NotExactlyOne) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
    throw error;
  }
}
