import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { NotExactlyOne, exactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { days } from '../../kernel/clock.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { UniqueViolation } from '../../kernel/unique-violation.ts';
import { forgetNetworks } from '../account/service.ts';
import { addressRefusals } from '../accounts/contract.ts';
import { noPassword } from '../accounts/service.ts';
import { change } from '../events/service.ts';
import type { Origin } from '../events/service.ts';
import type { NewEvent } from '../events/contract.ts';
import type { CheckYourMail } from '../link-mails/contract.ts';
import { addAskedMail, addHeldMail, askForMail } from '../link-mails/service.ts';
import { linkRefusals, mailRefusals } from '../links/contract.ts';
import type { Purpose } from '../links/contract.ts';
import {
  claimLink,
  endLinksButOlder,
  endLinksFor,
  endLinksOf,
  findLink,
  holdLink,
  keeperOf,
} from '../links/service.ts';
import { endFactorsOf } from '../lost-factors/service.ts';
import { factorsOf } from '../methods/service.ts';
import type { FoundLink } from '../links/service.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import type { VerifiedCaller } from '../sessions/contract.ts';
import { callerOf, endSessionsOf, holdSession, renewSession } from '../sessions/service.ts';
import type { ChangeEmail, FromLink, Resend } from './contract.ts';
import { findAddress, replaceEmail, restoreEmail, setEmailVerified } from './queries.ts';

/**
 * Has the mail that confirms an address sent once more. It goes to nobody whose address is confirmed.
 *
 * @throws Refusal MAIL_NOT_CONFIGURED, RATE_LIMITED
 */
export const resendVerification = async (
  call: Call<'db' | 'clock' | 'jobs' | 'limiter' | 'mails'>,
  { email }: Resend,
): Promise<CheckYourMail> => await askForMail(call, 'emailVerification', email);

type LinkCall = Call<'db' | 'clock' | 'config' | 'jobs' | 'limiter' | 'log' | 'metrics'>;

/**
 * Notes that whoever has an account reads what is sent to its address. It signs nobody in; the session
 * of a caller whose account it is goes on under a new token.
 *
 * @throws Refusal LINK_SPENT, RATE_LIMITED
 */
export async function verifyEmail(call: LinkCall, { token }: FromLink) {
  const link = await linkOf(call, token, 'emailVerification');
  const { renewed } = await spendInSession(call, link, await proofOfAddress(call.deps, link.userId));
  return { status: 'emailVerified' as const, ...renewed };
}

/** For whatever proves that what is sent to an account's address is read: notes it, and says so, where that is new. */
export async function proofOfAddress(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  userId: string,
): Promise<{ events: NewEvent[]; list: (tx: Queryable) => Statement[] }> {
  const found = await findAddress(db, userId);
  if (!found || found.emailVerifiedAt) return { events: [], list: () => [] };
  const now = clock.now();
  return { events: [{ kind: 'email.verified', userId }], list: (tx) => [setEmailVerified(tx, userId, now)] };
}

/** For the list of whatever takes factors: says so where there are some. */
async function lostFactors(deps: Pick<Deps, 'db'>, userId: string, by: 'reset' | 'undo'): Promise<NewEvent[]> {
  return (await factorsOf(deps, userId)).length > 0 ? [{ kind: 'factors.removed', userId, by }] : [];
}

/**
 * The same of a reset. Where it is the first proof of the address, whoever has set up factors may have been
 * somebody else, who has registered it: they go, as the password does.
 */
export async function proofByReset(deps: Pick<Deps, 'db' | 'clock'>, userId: string) {
  const proof = await proofOfAddress(deps, userId);
  if (proof.events.length === 0) return proof;
  return {
    events: [...proof.events, ...(await lostFactors(deps, userId, 'reset'))],
    list: (tx: Queryable): Statement[] => [...proof.list(tx), ...endFactorsOf(tx, userId)],
  };
}

/**
 * Has a mail sent to the address that is to be the account's. Nothing changes before its link is used,
 * and neither the answer nor its time tells whether the address has an account.
 *
 * @throws Refusal MAIL_NOT_CONFIGURED, SESSION_ENDED, RATE_LIMITED
 */
export async function requestEmailChange(
  call: Call<'db' | 'clock' | 'jobs' | 'limiter' | 'mails'>,
  { user }: VerifiedCaller,
  { email }: ChangeEmail,
): Promise<CheckYourMail> {
  const { deps, request } = call;
  if (!deps.mails) throw new Refusal(mailRefusals, 'MAIL_NOT_CONFIGURED');

  await deps.limiter.mail('emailChange', email, request.address);
  if (email === user.email) return { status: 'checkYourMail' };

  const linkId = newId();
  try {
    await deps.db.atomically((tx) => [
      // Whoever ends it ends what it has asked for, and nothing is asked for after that.
      holdSession(call, tx),
      endLinksFor(tx, user.id, 'emailChange'),
      holdLink(deps, tx, { id: linkId, purpose: 'emailChange', userId: user.id, email }),
      addHeldMail(deps, tx, { mail: 'emailChange', linkId, locale: request.locale }),
    ]);
  } catch (error) {
    if (error instanceof NotExactlyOne) throw new Refusal(sessionRefusals, 'SESSION_ENDED');
    throw error;
  }
  return { status: 'checkYourMail' };
}

/**
 * Gives an account the address that its link was sent to. Its other sessions end, and its links but
 * those that undo; the address that it had is told, and gets such a link if it was proved.
 *
 * @throws Refusal LINK_SPENT, EMAIL_TAKEN, RATE_LIMITED
 */
export async function confirmEmailChange(call: LinkCall, { token }: FromLink) {
  const { deps } = call;
  const link = await linkOf(call, token, 'emailChange');
  const { userId, email: to } = link;
  const former = await findAddress(deps.db, userId);
  if (!former) throw new Refusal(linkRefusals, 'LINK_SPENT');

  const now = deps.clock.now();
  const undo = { id: newId(), purpose: 'emailUndo', userId, email: former.email } as const;
  // One that was never proved may be a stranger's, by a slip of the keyboard: they get no way in.
  const hasLink = former.emailVerifiedAt !== null;
  const mail = { mail: 'emailChanged', linkId: undo.id, hasLink } as const;
  const { hit, renewed } = await spendInSession(call, link, {
    events: [{ kind: 'email.changed', userId, by: 'owner' }],
    list: (tx, kept) => [
      exactlyOne(replaceEmail(tx, userId, { from: former.email, to, now })),
      endSessionsOf(tx, userId, kept),
      endLinksOf(tx, userId, { except: 'emailUndo' }),
      holdLink(deps, tx, undo),
      addHeldMail(deps, tx, mail),
    ],
  });
  deps.metrics.sessionsEnded('emailChange', hit[2] ?? 0);
  await forgetNetworks(deps, { id: userId, email: former.email });
  return { status: 'emailChanged' as const, ...renewed };
}

/** Longer than a change may be undone, by the week in which whoever made it may have prepared it. */
const factorsTaken = days(10);

/**
 * Gives an account back the address that a change took from it. Whoever made the change may know its
 * password: nobody can log in by it any more, all sessions end, and the mail of a reset goes to the
 * address. Factors that were set up lately go, which may be theirs. All links end, too, but those that undo an earlier change: whoever made that one may have made
 * this one as well, and must not end them by undoing it.
 *
 * @throws Refusal LINK_SPENT, EMAIL_TAKEN, RATE_LIMITED
 */
export async function undoEmailChange(call: LinkCall, { token }: FromLink): Promise<{ status: 'emailRestored' }> {
  const { deps, request } = call;
  const link = await linkOf(call, token, 'emailUndo');
  const { userId, email } = link;
  const former = await findAddress(deps.db, userId);
  const now = deps.clock.now();
  const [, , sessionsEnded = 0] = await spend(call, link, {
    events: [{ kind: 'email.changed', userId, by: 'undo' }, ...(await lostFactors(deps, userId, 'undo'))],
    list: (tx) => [
      restoreEmail(tx, userId, { email, passwordHash: noPassword, now }),
      endSessionsOf(tx, userId),
      endLinksButOlder(tx, link),
      ...endFactorsOf(tx, userId, new Date(now.getTime() - factorsTaken)),
      addAskedMail(deps, tx, { mail: 'passwordReset', userId, locale: request.locale }),
    ],
  });
  deps.metrics.sessionsEnded('emailChange', sessionsEnded);
  if (former) await forgetNetworks(deps, { id: userId, email: former.email });
  await forgetNetworks(deps, { id: userId, email });
  return { status: 'emailRestored' };
}

async function linkOf({ deps, request }: LinkCall, token: string, purpose: Purpose): Promise<FoundLink> {
  await deps.limiter.link(request.address);
  const link = await findLink(deps, token, [purpose]);
  if (!link) throw new Refusal(linkRefusals, 'LINK_SPENT');
  return link;
}

interface Use extends Pick<Origin, 'sessionId'> {
  events: NewEvent[];
  /** @param kept the caller's own session, if it is the account's */
  list: (tx: Queryable, kept: { except?: string }) => (Statement | ExactlyOne<Statement>)[];
}

/** Does what a link is for. A caller who is signed in to the account stays so, under a new token (ASVS 7.2.4). */
async function spendInSession(
  call: LinkCall,
  link: FoundLink,
  { events, list }: Use,
): Promise<{ hit: number[]; renewed: { token?: string } }> {
  const caller = await callerOf(call);
  if (caller?.user.id !== link.userId) return { hit: await spend(call, link, { events, list }), renewed: {} };

  const { id: sessionId } = caller.session;
  const renewing = renewSession(call);
  try {
    const hit = await spend(call, link, {
      events,
      sessionId,
      list: (tx) => [...list(tx, { except: sessionId }), ...renewing.statements(tx)],
    });
    return { hit, renewed: renewing.deliver() };
  } catch (error) {
    // The session may have ended meanwhile, which is no fault of the link.
    if (!(error instanceof Refusal) || error.refusal.reason !== 'LINK_SPENT') throw error;
    return { hit: await spend(call, link, { events, list }), renewed: {} };
  }
}

/** @throws Refusal LINK_SPENT, EMAIL_TAKEN */
async function spend({ deps, request }: LinkCall, link: FoundLink, { list, ...about }: Use): Promise<number[]> {
  try {
    return await change(deps, { request, ...about }, (tx) => [claimLink(deps, tx, link), ...list(tx, {})]);
  } catch (error) {
    const isTaken =
      error instanceof NotExactlyOne
        ? await keeperOf(deps, link.email, { except: link.userId })
        : error instanceof UniqueViolation && error.column === 'users.email';
    if (isTaken) throw new Refusal(addressRefusals, 'EMAIL_TAKEN');
    // Somebody else was faster, or the account is disabled or has another address by now.
    if (error instanceof NotExactlyOne) throw new Refusal(linkRefusals, 'LINK_SPENT');
    throw error;
  }
}
