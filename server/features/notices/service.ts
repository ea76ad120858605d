import type { Deps } from '../../deps.ts';
import { days, hours } from '../../kernel/clock.ts';
import { widerNetworkOf } from '../../kernel/ip-address.ts';
import type { FactorChange, Whence } from '../../mail/letters.ts';
import { eventKinds, ofOwner } from '../events/contract.ts';
import { isSignIn, noticeJob } from './contract.ts';
import { findLostAddress, findNoticed, findSignInsBefore, isAddressChangedSince } from './queries.ts';

/** A sign-in like one within this time is no news. */
const knownFor = days(90);

/** Of more sign-ins in that time the newest decide. */
const mostLookedAt = 500;

/** Nearly always these decide. */
const fewLookedAt = 5;

/** From so many wrong passwords on a sign-in is told of, wherever it comes from. */
const manyFailures = 10;

/** Nobody acts on older news; after a restore they may be months old. */
const isNewsFor = hours(24);

type Needs = Pick<Deps, 'db' | 'clock' | 'config' | 'limiter' | 'log' | 'mails'>;
type Noticed = NonNullable<Awaited<ReturnType<typeof findNoticed>>>;

/**
 * The job: tells the owner of an account what has happened to it, where that may not have been them.
 *
 * @returns whether there was something to tell
 */
export async function sendNotice(
  deps: Needs,
  data: unknown,
  { id, attempt }: { id: string; attempt: number },
): Promise<boolean> {
  const { eventId } = noticeJob.parse(data);
  const noticed = await findNoticed(deps.db, eventId);
  if (!noticed) return false;
  const { event, user } = noticed;
  if (deps.clock.now().getTime() - event.createdAt.getTime() >= isNewsFor) {
    deps.log.warn({ event: 'mail.tooLate', mail: 'notice' });
    return false;
  }
  const [send, email] = [await letterOf(deps, noticed), await addressThen(deps, noticed)];
  if (!send || email === undefined) return false;
  // Counted once, however often it is tried.
  if (attempt === 1 && !(await isLetThrough(deps, noticed, email))) {
    deps.log.warn({ event: 'mail.tooMany', mail: 'notice', userId: user.id });
    return false;
  }
  // Not in the language of the request: that may have been somebody else's.
  await send({ email, locale: user.locale, id });
  return true;
}

/**
 * Each kind of change has a count of its own: or whoever has the password would sign in five times, and nobody
 * would hear of the factor that they add after it. An address that is not proved may be that of somebody who
 * has nothing to do with it, so it has one count for all of them.
 */
async function isLetThrough({ limiter }: Needs, { event, user }: Noticed, email: string): Promise<boolean> {
  if (isSignIn(event.kind)) return await limiter.notice(email);
  return await limiter.changeNotice(user.emailVerifiedAt ? event.kind : 'any', email);
}

/**
 * The address that the account had when it happened: the one of now may be that of whoever did it.
 * `undefined` where it is not known any more.
 */
async function addressThen({ db, clock }: Needs, { event, user }: Noticed): Promise<string | undefined> {
  if (!(await isAddressChangedSince(db, { userId: user.id, eventId: event.id }))) return user.email;
  return await findLostAddress(db, { userId: user.id, since: event.createdAt, now: clock.now() });
}

type Send = (to: { email: string; locale: string | null; id: string }) => Promise<void> | undefined;

/** What there is to tell, if anything. */
async function letterOf(deps: Needs, noticed: Noticed): Promise<Send | undefined> {
  const { event, user } = noticed;
  const { mails } = deps;
  const at = event.createdAt.toISOString();
  if (event.kind === 'password.changed') return (to) => mails?.send('passwordChanged', to, { at });
  // The network address may be that of somebody who has mistyped their own mail address.
  const where = { at, address: user.emailVerifiedAt ? event.address : null };
  const change = factorChanges.get(event.kind);
  // Whoever has followed the link of a mail has been told there.
  if (change === 'factorsRemoved' && eventKinds['factors.removed'].parse(JSON.parse(event.data)).by !== 'operator')
    return undefined;
  if (change) return (to) => mails?.send('factorChanged', to, { ...where, change });
  if (event.kind === 'factor.refused') return (to) => mails?.send('factorRefused', to, where);
  if (event.kind === 'recoveryCode.used') {
    const { left } = eventKinds['recoveryCode.used'].parse(JSON.parse(event.data));
    return (to) => mails?.send('recoveryCodeUsed', to, { ...where, left });
  }
  return await signInLetterOf(deps, noticed);
}

/** The session that a change came in is not said: its device is that of the sign-in, and not of who holds its token. */
const factorChanges = new Map<string, FactorChange>([
  ['totp.enabled', 'totpEnabled'],
  ['totp.replaced', 'totpReplaced'],
  ['totp.disabled', 'totpDisabled'],
  ['passkey.added', 'passkeyAdded'],
  ['passkey.removed', 'passkeyRemoved'],
  ['recoveryCodes.replaced', 'recoveryCodesReplaced'],
  ['factors.removed', 'factorsRemoved'],
]);

async function signInLetterOf(deps: Needs, noticed: Noticed): Promise<Send | undefined> {
  const { event, user } = noticed;
  const { mails } = deps;
  // A letter without them would say nothing, see above.
  if (!user.emailVerifiedAt) return undefined;
  const at = event.createdAt.toISOString();
  const { failuresBefore, browser, system } = signIn.parse(JSON.parse(event.data));
  const whence: Whence = { at, browser, system, address: event.address };
  if (failuresBefore >= manyFailures)
    return (to) => mails?.send('signInAfterFailures', to, { ...whence, failures: failuresBefore });
  // Whoever shows their password again has signed in before.
  if (event.kind === 'session.verified') return undefined;
  return (await isNew(deps, noticed)) ? (to) => mails?.send('newSignIn', to, whence) : undefined;
}

/** What both kinds say. */
const signIn = eventKinds['session.started'].pick({ failuresBefore: true }).extend(ofOwner['session.started'].shape);

/** Whether none before it was by the same browser and system, or none from the same wider network. */
async function isNew({ db, clock, config }: Needs, { event, user }: Noticed): Promise<boolean> {
  const { id: eventId, createdAt } = event;
  const since = new Date(createdAt.getTime() - knownFor);
  const signInsBefore = async (most: number) => await findSignInsBefore(db, { userId: user.id, eventId, since, most });
  const before = await signInsBefore(fewLookedAt);
  if (isLikeThese(before, event)) return false;
  if (before.length === 0) {
    // The very first of an account is no news, if it is known to be: while all that it has done is still stored.
    const isAllStored = clock.now().getTime() - user.createdAt.getTime() < days(Math.min(config.eventsKeptDays, 90));
    return !isAllStored;
  }
  return before.length < fewLookedAt || !isLikeThese(await signInsBefore(mostLookedAt), event);
}

interface SignIn {
  data: string;
  address: string | null;
}

function isLikeThese(before: SignIn[], { data, address }: SignIn): boolean {
  const [device, place] = [deviceIn(data), placeOf(address)];
  const isSameDevice = before.some((one) => deviceIn(one.data) === device);
  return isSameDevice && before.some((one) => placeOf(one.address) === place);
}

function deviceIn(data: string): string {
  const { browser, system } = signIn.parse(JSON.parse(data));
  // Without its version: one that was brought up to date is the same browser.
  return JSON.stringify([browser?.replace(/ \d+$/, ''), system]);
}

const placeOf = (address: string | null): string => widerNetworkOf(address ?? '');
