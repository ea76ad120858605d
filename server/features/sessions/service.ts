import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps, RequestFacts } from '../../deps.ts';
import { hours, seconds } from '../../kernel/clock.ts';
import { exactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { inSteps } from '../../kernel/in-steps.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { hashToken, newToken } from '../../kernel/token.ts';
import { deliveryRefusals, sessionRefusals } from './contract.ts';
import type { Caller, Deliver, User } from './contract.ts';
import {
  claimSession,
  deleteEndedSessions,
  deleteSession,
  findSession,
  insertSession,
  touchSession,
} from './queries.ts';

/** A session that is about to begin. It exists once its statements have run. */
export interface OpenedSession {
  /**
   * For the list that also stores what the session is for. It is undone whole when the user is gone
   * or has another password by now than the one that was proved.
   */
  statements(tx: Queryable, proved: { userId: string; passwordHash: string }): (Statement | ExactlyOne<Statement>)[];
  /** Hands the token to the caller: sets the cookie, or returns the field for the answer's body. */
  deliver(): { token?: string };
}

/**
 * Prepares a session for whoever is about to be signed in, under a new token: one that came with
 * the request is never kept, and the sessions of all that came with it end (ASVS 7.2.4).
 *
 * @throws Refusal TOKEN_NOT_FOR_PAGES
 */
export function openSession(
  { deps, request, reply }: Call<'clock' | 'config' | 'log' | 'metrics'>,
  deliver: Deliver,
): OpenedSession {
  // A token in reach of a page's scripts is what the HttpOnly cookie is there to prevent (ASVS 3.3.4).
  if (deliver === 'token' && request.isOwnPage) throw new Refusal(deliveryRefusals, 'TOKEN_NOT_FOR_PAGES');

  const token = newToken();
  const isDelivered = deliver === 'token' || request.keepsCookies;
  return {
    statements(tx, { userId, passwordHash }) {
      // A page of a foreign origin or another site may learn that a password is right. It keeps no cookie, so it gets no session.
      if (!isDelivered) return [];
      const createdAt = deps.clock.now();
      const expiresAt = new Date(createdAt.getTime() + seconds(deps.config.sessionLifetimeSeconds));
      return [
        ...request.presentedTokens.map((presented) => deleteSession(tx, hashToken(presented))),
        exactlyOne(
          insertSession(tx, { id: newId(), createdAt, userId, tokenHash: hashToken(token), expiresAt }, passwordHash),
        ),
      ];
    },
    deliver() {
      if (isDelivered) deps.metrics.sessionStarted();
      if (deliver === 'token') return { token: token.reveal() };
      if (isDelivered) reply.setSessionCookie(token);
      else logNotStarted(deps, request);
      return {};
    },
  };
}

function logNotStarted({ log }: Pick<Deps, 'log'>, { requestId, address }: RequestFacts): void {
  log.info(
    { event: 'session.notStarted', requestId, address },
    'The page is of another origin, so its browser would keep no cookie: see docs/origins.md',
  );
}

/**
 * Who holds the credential of a request: `null` where it has none.
 *
 * @throws Refusal SESSION_ENDED when it has one that is garbage, expired, ended, or of a user who is gone
 */
export async function checkSession(call: Call<'db' | 'clock' | 'config' | 'log'>): Promise<Caller | null> {
  const { deps, request } = call;
  if (request.credential.kind === 'none') return null;
  if (request.credential.kind === 'unusable') throw sessionEnded(call);

  const found = await findSession(deps.db, hashToken(request.credential.token));
  if (!found) throw sessionEnded(call);

  const now = deps.clock.now();
  const { session, user } = found;
  if (session.expiresAt <= now || session.lastSeenAt <= idleSince(deps, now)) throw sessionEnded(call);

  if (session.lastSeenAt.getTime() + touchInterval(deps) <= now.getTime()) noteUse(call, session.id, now);
  return {
    user: toUser(user),
    session: { id: session.id, createdAt: session.createdAt.toISOString(), expiresAt: session.expiresAt.toISOString() },
  };
}

/**
 * Ends the session of the request's credential, at once and for everybody who holds it. Without a
 * credential there is nothing to do.
 *
 * @throws Refusal SESSION_ENDED when the credential is of no session
 */
export async function logOut(call: Call<'db' | 'log' | 'metrics'>): Promise<{ status: 'signedOut' }> {
  const { deps, request, reply } = call;
  if (request.credential.kind === 'none') return { status: 'signedOut' };
  if (request.credential.kind === 'unusable') throw sessionEnded(call);

  const ended = await claimSession(deps.db, hashToken(request.credential.token));
  if (!ended) throw sessionEnded(call);

  reply.clearSessionCookie();
  deps.metrics.sessionsEnded('logout', 1);
  const { requestId, address } = request;
  deps.log.info({ event: 'session.ended', requestId, address, userId: ended.userId, sessionId: ended.id });
  return { status: 'signedOut' };
}

/** Removes what no check would accept any more. */
export async function purgeSessions(deps: Pick<Deps, 'db' | 'clock' | 'config' | 'metrics'>): Promise<void> {
  const now = deps.clock.now();
  const ended = { now, idleSince: idleSince(deps, now) };
  await inSteps(async (most) => {
    const count = await deleteEndedSessions(deps.db.unsynced, { ...ended, most });
    deps.metrics.sessionsEnded('time', count);
    return count;
  });
}

/** The part of a user's row that may leave the server. */
export function toUser(row: { id: string; email: string; name: string | null; createdAt: Date }): User {
  return { id: row.id, email: row.email, name: row.name, createdAt: row.createdAt.toISOString() };
}

// The cookie goes with the refusal, so that the next request is a plain "not signed in".
function sessionEnded({ reply }: Pick<Call<never>, 'reply'>): Refusal {
  reply.clearSessionCookie();
  return new Refusal(sessionRefusals, 'SESSION_ENDED');
}

const idleSince = ({ config }: Pick<Deps, 'config'>, now: Date): Date =>
  new Date(now.getTime() - seconds(config.sessionIdleSeconds));

/** Once an hour is enough for a limit of days; a shorter idle time is kept to within an eighth. */
const touchInterval = ({ config }: Pick<Deps, 'config'>): number =>
  Math.min(hours(1), seconds(config.sessionIdleSeconds) / 8);

// Not awaited: while another program holds the database for writing, reading a session stays quick.
function noteUse({ deps, request }: Call<'db' | 'log'>, sessionId: string, now: Date): void {
  const { requestId, address } = request;
  touchSession(deps.db.unsynced, sessionId, now).catch((err: unknown) => {
    deps.log.warn({ event: 'session.touchFailed', requestId, address, sessionId, err });
  });
}
