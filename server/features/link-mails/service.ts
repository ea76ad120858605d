import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { hours, seconds } from '../../kernel/clock.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { isHeard } from '../events/service.ts';
import { mailRefusals } from '../links/contract.ts';
import type { Purpose } from '../links/contract.ts';
import { endHeld, endLinksFor, heldAddress, mintHeldLink, mintLink } from '../links/service.ts';
import { askedMailJob, heldMailJob } from './contract.ts';
import type { AskedMail, CheckYourMail } from './contract.ts';
import { findRecipient, findUserIdByEmail } from './queries.ts';

/** How long a mail waits at least: the answer has left by then, so what the mail costs does not show in its time. */
const mailDelay = seconds(1);

/** Whoever wanted it has asked again by then; after a restore it may be months old. */
const mailIsWanted = hours(24);

/** What the link of each mail is for. */
const purposes = {
  passwordReset: 'passwordReset',
  emailVerification: 'emailVerification',
  emailTaken: 'passwordReset',
} satisfies Record<AskedMail, Purpose>;

/**
 * Has a mail with a link sent to whoever owns an address, later and by a job. The answer and the
 * work before it are the same whether or not there is an account, so neither tells.
 *
 * @throws Refusal MAIL_NOT_CONFIGURED, RATE_LIMITED
 */
export async function askForMail(
  { deps, request }: Call<'db' | 'clock' | 'jobs' | 'limiter' | 'mails'>,
  mail: 'passwordReset' | 'emailVerification',
  email: string,
): Promise<CheckYourMail> {
  const { db, limiter, mails } = deps;
  if (!mails) throw new Refusal(mailRefusals, 'MAIL_NOT_CONFIGURED');

  await limiter.mail(mail, email, request.address);
  const userId = (await findUserIdByEmail(db, email)) ?? null;
  // Written in either case; what there is to do for nobody is decided by the job.
  await db.atomically((tx) => [addAskedMail(deps, tx, { mail, userId, locale: request.locale })]);
  return { status: 'checkYourMail' };
}

/**
 * Whoever has made an account with a password of their own must not learn by it that the address was
 * free. So the answer is that of a wrong password, and at the same time: nothing is done for the mail
 * before it has left, and what is counted then shows in no other answer.
 */
export function remindToConfirm(
  { deps, request }: Call<'db' | 'clock' | 'jobs' | 'limiter' | 'log' | 'mails'>,
  { id: userId, email }: { id: string; email: string },
): void {
  const { requestId, address, locale } = request;
  deps.jobs.later(async () => {
    try {
      if (!deps.mails || !(await deps.limiter.reminder(email))) return;
      await addAskedMail(deps, deps.db.unsynced, { mail: 'emailVerification', userId, locale });
    } catch (err) {
      deps.log.warn({ event: 'mail.notAsked', requestId, address, userId, err });
    }
  });
}

/** For a list: the job of a mail to the address that the user has by then. For nobody there is a job, too, and no mail. */
export function addAskedMail(
  { clock, jobs }: Pick<Deps, 'clock' | 'jobs'>,
  tx: Queryable,
  { delay = mailDelay, ...about }: AboutMail & { delay?: number },
): Statement {
  const askedAt = clock.now();
  const runAt = new Date(askedAt.getTime() + delay);
  return jobs.add(tx, { kind: 'mail', data: { ...about, askedAt }, runAt });
}

/** The same with one of these events, and one job for nobody where a host listens only to the other: neither list is the longer. */
export function addSilentMail(
  deps: Pick<Deps, 'clock' | 'jobs'>,
  tx: Queryable,
  { kind, ...mail }: AboutMail & { kind: (typeof silentEvents)[number] },
): Statement[] {
  const isHeardLess = !isHeard(deps, kind) && silentEvents.some((other) => isHeard(deps, other));
  const statements = [addAskedMail(deps, tx, mail)];
  // Due at once, as what is told to a listener is: that is work, too, while the answer leaves.
  return isHeardLess ? [...statements, addAskedMail(deps, tx, { ...mail, userId: null, delay: 0 })] : statements;
}

const silentEvents = ['user.registered', 'user.registeredAgain'] as const;

/** For the list that holds a link: the job of its mail, which knows no more than the link's id. */
export function addHeldMail(
  { clock, jobs }: Pick<Deps, 'clock' | 'jobs'>,
  tx: Queryable,
  about:
    | { mail: 'emailChange'; linkId: string; locale: string | null }
    | { mail: 'emailChanged'; linkId: string; hasLink: boolean },
): Statement {
  const runAt = new Date(clock.now().getTime() + mailDelay);
  return jobs.add(tx, { kind: 'mail', data: about, runAt });
}

interface AboutMail {
  mail: AskedMail;
  userId: string | null;
  locale: string | null;
}

type SendNeeds = Pick<Deps, 'db' | 'clock' | 'config' | 'log' | 'mails'>;

/**
 * The job: makes the token and sends it, so that no table ever holds one that works. Done again, it
 * sends another mail, whose link is the only good one then.
 */
export async function sendAskedMail(deps: SendNeeds, data: unknown, { id }: { id: string }): Promise<void> {
  const { mail, userId, locale, askedAt } = askedMailJob.parse(data);
  if (deps.clock.now().getTime() - askedAt.getTime() >= mailIsWanted) {
    deps.log.warn({ event: 'mail.tooLate', mail });
    return;
  }
  if (userId !== null) await sendToUser(deps, { mail, userId, locale, id });
}

async function sendToUser(
  deps: SendNeeds,
  { mail, userId, locale, id }: { mail: AskedMail; userId: string; locale: string | null; id: string },
): Promise<void> {
  const user = await findRecipient(deps.db, userId);
  // Nothing is left to be proved.
  if (!user || (mail === 'emailVerification' && user.emailVerifiedAt)) return;

  // Its owner may be the one who has registered now, and the mail before may be of a stranger's registration.
  if (mail === 'emailTaken' && !user.emailVerifiedAt)
    await deps.db.atomically((tx) => [endLinksFor(tx, userId, 'emailVerification')]);
  const link = await mintLink(deps, { purpose: purposes[mail], userId, email: user.email });
  if (link) await deps.mails?.send(mail, { email: user.email, locale: user.locale ?? locale, id }, { url: link.url });
}

/**
 * The job of a link to an address that is to be an account's. Where it is one's already, that is told
 * to its owner, and to nobody else.
 */
export async function sendChangeMail(deps: SendNeeds, data: unknown, { id }: { id: string }): Promise<void> {
  const { linkId, locale } = heldMailJob.parse(data);
  const link = await mintHeldLink(deps, linkId);
  if (!link) return;

  const owner = await findUserIdByEmail(deps.db, link.email);
  if (owner !== undefined) return await sendToUser(deps, { mail: 'emailTaken', userId: owner, locale, id });
  const to = { email: link.email, locale: link.user.locale ?? locale, id };
  await deps.mails?.send('emailChange', to, { url: link.url });
}

/** The job of a link to the address that was an account's until now; without one, where that was never proved. */
export async function sendChangedMail(deps: SendNeeds, data: unknown, { id }: { id: string }): Promise<void> {
  const { linkId, hasLink } = heldMailJob.parse(data);
  const link = hasLink ? await mintHeldLink(deps, linkId) : await heldAddress(deps, linkId);
  if (!link) return;

  // Not in the language of the request: that may have been somebody else's.
  const to = { email: link.email, locale: link.user.locale, id };
  await deps.mails?.send('emailChanged', to, { url: link.url });
  if (!hasLink) await endHeld(deps, linkId);
}
