import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { noPassword } from '../accounts/service.ts';
import { change, eraseEventsOf, eventsOf } from '../events/service.ts';
import type { Origin } from '../events/service.ts';
import { undoableUntil } from '../links/service.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import type { Caller, User, VerifiedCaller } from '../sessions/contract.ts';
import { passkeysOf } from '../passkeys/service.ts';
import { codesLeft } from '../recovery-codes/service.ts';
import { checkSession, endSessionsOf, factorsIn, holdSession, toUser } from '../sessions/service.ts';
import { appSince } from '../totp/service.ts';
import { deletionRefusals } from './contract.ts';
import type { AccountExport, EventsInput, EventsOutput, UpdateAccount } from './contract.ts';
import { deleteUser, findLinksOf, findSessionsOf, findUser, updateUser } from './queries.ts';

/**
 * Changes what people say about themselves, and nothing else of the account. What is so already is no event.
 *
 * @throws Refusal SESSION_ENDED
 */
export async function updateAccount(
  call: Call<'db' | 'clock' | 'config' | 'jobs' | 'log'>,
  { user: { id }, session }: Caller,
  input: UpdateAccount,
): Promise<{ user: User }> {
  const { deps, request } = call;
  const events = [{ kind: 'user.updated', userId: id } as const];
  try {
    await change(deps, { request, sessionId: session.id, events }, (tx) => [
      holdSession(call, tx),
      exactlyOne(updateUser(tx, id, input)),
    ]);
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    // The session is over, or it is so already.
    await checkSession(call);
  }
  const user = await findUser(deps.db, id);
  if (!user) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
  return { user: toUser(user) };
}

/**
 * Deletes the account of a caller, at once and for good.
 *
 * @throws Refusal ADDRESS_CHANGED_LATELY; SESSION_ENDED, also where somebody else was faster
 */
export async function deleteOwnAccount(
  call: Call<'db' | 'clock' | 'config' | 'jobs' | 'limiter' | 'log' | 'metrics'>,
  { user, session }: VerifiedCaller,
): Promise<{ status: 'signedOut' }> {
  const { deps, request, reply } = call;
  const byOwner = { hold: (tx: Queryable) => holdSession(call, tx), byOwnerAt: deps.clock.now() };
  try {
    await deleteAccount(deps, { request, sessionId: session.id, ...byOwner }, user);
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    await checkSession(call);
    const until = (await undoableUntil(deps, user.id))?.toISOString();
    if (until) throw new Refusal(deletionRefusals, 'ADDRESS_CHANGED_LATELY', { until });
    reply.clearSessionCookie();
    throw new Refusal(sessionRefusals, 'SESSION_ENDED');
  }
  reply.clearSessionCookie();
  return { status: 'signedOut' };
}

/**
 * Deletes an account and all that is stored of a person: their sessions and links with it, and of their
 * events everything but what happened and when.
 *
 * @param byOwnerAt when its owner does it, who may not while a change of the address can be undone
 * @throws NotExactlyOne where there is no such account any more, or its owner may not
 */
export async function deleteAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'jobs' | 'limiter' | 'log' | 'metrics'>,
  { hold, byOwnerAt, ...origin }: Deleting,
  { id, email }: { id: string; email: string },
): Promise<void> {
  const events = [{ kind: 'user.deleted', userId: id } as const];
  const hit = await change(deps, { ...origin, events }, (tx) => [
    ...(hold ? [hold(tx)] : []),
    endSessionsOf(tx, id),
    // While they still name it.
    eraseEventsOf(tx, id),
    // Of two callers at once only one hits a row.
    exactlyOne(deleteUser(tx, id, { byOwnerAt })),
  ]);
  deps.metrics.sessionsEnded('deletion', hit[hold ? 1 : 0] ?? 0);
  await forgetNetworks(deps, { id, email });
}

/**
 * For what was changed, and is stored: who has signed in by what was known before is a stranger from now on.
 * Trouble in saying so changes no answer.
 *
 * @param kept where whoever has changed it is
 */
export async function forgetNetworks(
  { limiter, log }: Pick<Deps, 'limiter' | 'log'>,
  { id, email }: { id: string; email: string },
  kept: { address?: string } = {},
): Promise<void> {
  await limiter
    .forget(email, kept)
    .catch((err: unknown) => log.warn({ event: 'limits.notForgotten', userId: id, err }));
}

interface Deleting extends Origin {
  /** By their owner: on which all depends. */
  hold?: (tx: Queryable) => ExactlyOne<Statement>;
  byOwnerAt?: Date;
}

/** What has happened to the caller's account, the newest first. */
export const ownEvents = async (
  { deps }: Call<'db'>,
  { user }: Caller,
  { cursor, limit }: EventsInput,
): Promise<EventsOutput> => await eventsOf(deps, { userId: user.id, cursor, limit });

/** So many rows of a kind are in one answer, so that no account fills the memory. */
const most = { sessions: 1000, links: 100, events: 1000 };

/**
 * All that is stored about the caller.
 *
 * @throws Refusal RATE_LIMITED, SESSION_ENDED where the account is gone by now
 */
export async function exportAccount(
  { deps }: Call<'db' | 'clock' | 'limiter'>,
  { user: { id, email } }: VerifiedCaller,
): Promise<AccountExport> {
  const { db, clock, limiter } = deps;
  await limiter.export(email);
  const user = await findUser(db, id);
  if (!user) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
  const [sessions, links, since, recoveryCodesLeft, passkeys, events] = await Promise.all([
    findSessionsOf(db, id, most.sessions),
    findLinksOf(db, id, most.links),
    appSince(deps, id),
    codesLeft(deps, id),
    passkeysOf(deps, id),
    eventsOf(deps, { userId: id, limit: most.events }),
  ]);
  return {
    exportedAt: clock.now().toISOString(),
    user: {
      ...toUser(user),
      emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
      hasPassword: user.passwordHash !== noPassword,
      adminSince: user.adminSince?.toISOString() ?? null,
      importedId: user.importedId,
    },
    sessions: sessions.map(toExported),
    factors: { totpSince: since?.toISOString() ?? null, recoveryCodesLeft, passkeys },
    links: links.map(({ createdAt, expiresAt, ...link }) => ({
      ...link,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
    ...events,
  };
}

type SessionRow = Awaited<ReturnType<typeof findSessionsOf>>[number];

function toExported(row: SessionRow): AccountExport['sessions'][number] {
  const { id, browser, system, address, createdAt, verifiedAt, factorVerifiedAt, lastSeenAt, expiresAt } = row;
  return {
    id,
    browser,
    system,
    address,
    factors: factorsIn(row),
    createdAt: createdAt.toISOString(),
    verifiedAt: (verifiedAt ?? createdAt).toISOString(),
    factorVerifiedAt: factorVerifiedAt?.toISOString() ?? null,
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
