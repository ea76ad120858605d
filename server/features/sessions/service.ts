import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps, RequestFacts } from '../../deps.ts';
import { hours, seconds } from '../../kernel/clock.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { inSteps } from '../../kernel/in-steps.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { deviceOf } from '../../kernel/device.ts';
import { hashToken, newToken } from '../../kernel/token.ts';
import { change } from '../events/service.ts';
import type { Origin } from '../events/service.ts';
import type { NewEvent } from '../events/contract.ts';
import { isTwoFactor } from '../methods/contract.ts';
import type { Method } from '../methods/contract.ts';
import { isFactorDemanded } from '../methods/service.ts';
import { deliveryRefusals, sessionRefusals } from './contract.ts';
import type { Caller, Deliver, User } from './contract.ts';
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessionById,
  deleteSessionsBeyond,
  deleteSessionsOf,
  findSession,
  findSessionByAnyToken,
  hadToken,
  insertSession,
  replaceSessionToken,
  touchSession,
  touchSessionWith,
} from './queries.ts';
import type { Ended, FoundSession, ProvedAgain } from './queries.ts';

/** More than anybody has devices: a sign-in beyond it ends the session that was used longest ago (ASVS 7.1.2). */
const mostSessions = 100;

/** What was shown by whoever is about to be signed in: a password or a passkey, and perhaps a second factor. */
export interface Shown {
  userId: string;
  /** The hash that the password was right for. */
  passwordHash?: string | undefined;
  passkeyId?: string | undefined;
  factors: Method[];
}

/** A session that is about to begin. It exists once its statements have run. */
export interface OpenedSession {
  /** Whether it begins at all: a page that keeps no cookie gets none. */
  isDelivered: boolean;
  /**
   * For the list that also stores what the session is for. It is undone whole when the user is gone
   * or disabled, has another password by now than the one that was shown, not that passkey any more, a second
   * factor that was not shown, or an address that is not proved where it has to be.
   */
  statements(tx: Queryable, shown: Shown): (Statement | ExactlyOne<Statement>)[];
  /** What is to be said of it with the change, and who acts from then on. */
  start(shown: Pick<Shown, 'userId' | 'factors'>, after?: { failuresBefore: number }): Origin & { events: NewEvent[] };
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
  { deps, request, reply }: Call<'clock' | 'config' | 'jobs' | 'log' | 'metrics'>,
  deliver: Deliver,
): OpenedSession {
  // A token in reach of a page's scripts is what the HttpOnly cookie is there to prevent (ASVS 3.3.4).
  if (deliver === 'token' && request.isOwnPage) throw new Refusal(deliveryRefusals, 'TOKEN_NOT_FOR_PAGES');

  const [token, id] = [newToken(), newId()];
  const device = deviceOf(request.userAgent);
  const isDelivered = deliver === 'token' || request.keepsCookies;
  const isAddressNeeded = deps.config.requireVerifiedEmail === 'on';
  return {
    isDelivered,
    statements(tx, { userId, factors, ...proved }) {
      // A page of a foreign origin or another site may learn that a password is right. It keeps no cookie, so it gets no session.
      if (!isDelivered) return [];
      const createdAt = deps.clock.now();
      const expiresAt = new Date(createdAt.getTime() + seconds(deps.config.sessionLifetimeSeconds));
      const shown = { factors: factors.join(' '), factorVerifiedAt: isTwoFactor(factors) ? createdAt : null };
      const session = { id, createdAt, userId, tokenHash: hashToken(token), expiresAt, ...shown };
      const seen = { ...device, address: request.address };
      const needed = { ...proved, isTwoFactor: isTwoFactor(factors), isAddressNeeded };
      return [
        ...request.presentedTokens.map((presented) => deleteSession(tx, hashToken(presented))),
        exactlyOne(insertSession(tx, { ...session, ...seen }, needed)),
        deleteSessionsBeyond(tx, { userId, keep: id, most: mostSessions }),
      ];
    },
    start({ userId, factors }, { failuresBefore } = { failuresBefore: 0 }) {
      if (!isDelivered) return { request, events: [] };
      const about = { sessionId: id, factors, failuresBefore, ...device };
      return { request, sessionId: id, events: [{ kind: 'session.started', userId, ...about }] };
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
 * @throws Refusal SESSION_ENDED when it has one that is garbage, expired, ended, or of a user who is gone, disabled,
 * has an address that is not proved where it has to be, or has shown no second factor where one is asked for
 */
export async function checkSession(call: Call<'db' | 'clock' | 'config' | 'log'>): Promise<Caller | null> {
  const { deps, request } = call;
  if (request.credential.kind === 'none') return null;
  if (request.credential.kind === 'unusable') throw sessionEnded(call);

  const { token } = request.credential;
  const found: (FoundSession & { caller?: Caller }) | undefined = await findSession(deps.db, token);
  if (!found || found.user.disabledAt || lacksProof(deps, found.user)) {
    // Sent before its answer brought the new token, and answered after it: that one stays where it is.
    if (!found && (await hadToken(deps.db, hashToken(token)))) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
    throw sessionEnded(call);
  }

  const now = deps.clock.now();
  const { session, user } = found;
  if (session.expiresAt <= now || session.lastSeenAt <= idleSince(deps, now)) throw sessionEnded(call);
  // One that is kept keeps this, too.
  const caller = (found.caller ??= callerIn(found));
  // Whatever way it has begun by, and while nobody asked for more.
  if (isFactorDemanded(deps, user) && !isTwoFactor(caller.session.factors)) throw sessionEnded(call);

  if (session.lastSeenAt.getTime() + touchInterval(deps) <= now.getTime()) noteUse(call, session.id, now);
  // A copy, since a host may write into its own.
  return { user: { ...caller.user }, session: { ...caller.session, factors: [...caller.session.factors] } };
}

/** Of four dates: to write them out takes longer than to find the session by its token. */
function callerIn({ session, user }: FoundSession): Caller {
  return {
    user: toUser(user),
    session: {
      id: session.id,
      createdAt: session.createdAt.toISOString(),
      factors: factorsIn(session),
      verifiedAt: (session.verifiedAt ?? session.createdAt).toISOString(),
      factorVerifiedAt: session.factorVerifiedAt?.toISOString() ?? null,
      expiresAt: session.expiresAt.toISOString(),
    },
  };
}

/** What was shown in a session. Its column is text, and only this file writes it. */
export const factorsIn = ({ factors }: { factors: string }): Method[] => factors.split(' ') as Method[];

/** The same for what anybody may call: whose credential is no good is nobody. */
export async function callerOf(call: Call<'db' | 'clock' | 'config' | 'log'>): Promise<Caller | null> {
  return await checkSession(call).catch((error: unknown) => {
    if (error instanceof Refusal && error.refusal.reason === 'SESSION_ENDED') return null;
    throw error;
  });
}

/**
 * Whether somebody may not be signed in before they have proved that they read what is sent to their
 * address. Also asked of sessions that began while that was not needed.
 */
export const lacksProof = ({ config }: Pick<Deps, 'config'>, user: { emailVerifiedAt: Date | null }): boolean =>
  config.requireVerifiedEmail === 'on' && user.emailVerifiedAt === null;

/**
 * Ends the session of the request's credential, at once and for everybody who holds it. Without a
 * credential there is nothing to do.
 *
 * @throws Refusal SESSION_ENDED when the credential is of no session
 */
export async function logOut(
  call: Call<'db' | 'clock' | 'jobs' | 'log' | 'metrics'>,
): Promise<{ status: 'signedOut' }> {
  const { deps, request, reply } = call;
  if (request.credential.kind === 'none') return { status: 'signedOut' };
  if (request.credential.kind === 'unusable') throw sessionEnded(call);

  // Also by the token before: whoever logs out while another page of theirs shows the password is to be gone.
  const found = await findSessionByAnyToken(deps.db, hashToken(request.credential.token));
  if (!found) throw sessionEnded(call);
  const { id: sessionId, userId } = found;
  try {
    const events = [{ kind: 'session.ended', userId, sessionId, by: 'logout' } as const];
    // Of two callers at once only one hits a row.
    await change(deps, { request, sessionId, events }, (tx) => [exactlyOne(deleteSessionById(tx, sessionId))]);
  } catch (error) {
    if (error instanceof NotExactlyOne) throw sessionEnded(call);
    throw error;
  }

  reply.clearSessionCookie();
  deps.metrics.sessionsEnded('logout', 1);
  return { status: 'signedOut' };
}

/** For the list of whatever signs a user out everywhere. */
export const endSessionsOf = (tx: Queryable, userId: string, which: Ended = {}): Statement =>
  deleteSessionsOf(tx, userId, which);

/**
 * For the list of whatever somebody changes who is signed in, unless it renews their session: it is undone
 * whole where that has ended since it was looked at, or has another token by now.
 */
export const holdSession = ({ deps, request }: Pick<Call<'clock'>, 'deps' | 'request'>, tx: Queryable) =>
  exactlyOne<Statement>(touchSessionWith(tx, hashToken(tokenOf(request).token), deps.clock.now()));

function tokenOf({ credential }: Pick<RequestFacts, 'credential'>) {
  if (credential.kind !== 'token') throw new Error('Only a caller has a session');
  return credential;
}

/** A new token for the session of a request, in the place of the one that it came with. */
export interface RenewedSession {
  /** For the list that changes what the session may do. It is undone whole when the session is over, or was renewed by another. */
  statements(tx: Queryable): ExactlyOne<Statement>[];
  /** Hands the token over as the old one came: sets the cookie, or returns the field for the answer's body. */
  deliver(): { token?: string };
}

/**
 * Prepares a new token for the session that a request came in: whenever what it may do changes (ASVS
 * 7.2.4). The old one opens nothing from then on.
 *
 * @param proved what was proved anew, where it was
 */
export function renewSession(call: Pick<Call<never>, 'request' | 'reply'>, proved: ProvedAgain = {}): RenewedSession {
  const credential = tokenOf(call.request);
  const token = newToken();
  const [from, to] = [hashToken(credential.token), hashToken(token)];
  return {
    statements: (tx) => [exactlyOne(replaceSessionToken(tx, { from, to, proved }))],
    deliver() {
      if (!credential.isCookie) return { token: token.reveal() };
      call.reply.setSessionCookie(token);
      return {};
    },
  };
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
export function toUser(row: UserRow): User {
  const { id, email, name, locale } = row;
  const emailVerified = row.emailVerifiedAt !== null;
  return { id, email, emailVerified, name, locale, createdAt: row.createdAt.toISOString() };
}

type UserRow = Pick<FoundSession['user'], 'id' | 'email' | 'emailVerifiedAt' | 'name' | 'locale' | 'createdAt'>;

// The cookie goes with the refusal, so that the next request is a plain "not signed in".
function sessionEnded({ reply }: Pick<Call<never>, 'reply'>): Refusal {
  reply.clearSessionCookie();
  return new Refusal(sessionRefusals, 'SESSION_ENDED');
}

/** What was last used then, or before, has ended for want of use. */
export const idleSince = ({ config }: Pick<Deps, 'config'>, now: Date): Date =>
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
