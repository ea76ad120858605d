import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { hours } from '../../kernel/clock.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { inSteps } from '../../kernel/in-steps.ts';
import { hashToken, newToken, readToken } from '../../kernel/token.ts';
import type { Secret } from '../../kernel/token.ts';
import type { Page, Purpose } from './contract.ts';
import {
  claimToken,
  deleteExpiredTokens,
  deleteToken,
  deleteTokensButOlder,
  deleteTokensFor,
  deleteTokensOf,
  findHeld,
  findKept,
  findLongest,
  findToken,
  replaceToken,
  setToken,
} from './queries.ts';

interface Kind {
  page: Page;
  lifetime: number;
  /** Whether it is worth nothing once the account has another address than the one it was made for. */
  isOwnAddress: boolean;
}

const kinds: Record<Purpose, Kind> = {
  passwordReset: { page: 'resetPassword', lifetime: hours(1), isOwnAddress: true },
  operatorReset: { page: 'resetPassword', lifetime: hours(1), isOwnAddress: true },
  emailVerification: { page: 'verifyEmail', lifetime: hours(24), isOwnAddress: true },
  emailChange: { page: 'confirmEmail', lifetime: hours(24), isOwnAddress: false },
  emailUndo: { page: 'undoEmail', lifetime: hours(72), isOwnAddress: false },
};

/** A link that works once, for as long as it is good. */
export interface Link {
  url: string;
  expiresAt: Date;
}

/**
 * A link with a new token for one use, bound to a user, a purpose and the address that they have now;
 * the one before it is of no use any more. `undefined` where the user is disabled or has another
 * address by now. It is made when it is sent, so that no table ever holds a token that works.
 */
export async function mintLink(
  { db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>,
  { purpose, userId, email }: { purpose: Purpose; userId: string; email: string },
): Promise<Link | undefined> {
  const token = newToken();
  const { lifetime, isOwnAddress } = kinds[purpose];
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + lifetime);
  const row = { id: newId(), createdAt, userId, purpose, email, tokenHash: hashToken(token), expiresAt };
  try {
    await db.atomically((tx) => [exactlyOne(replaceToken(tx, row, { isOwnAddress }))]);
  } catch (error) {
    if (error instanceof NotExactlyOne) return undefined;
    throw error;
  }
  return { url: urlOf(config, purpose, token), expiresAt };
}

/**
 * For the list of a change that a mail follows, to an address that is not, or no more, the account's:
 * holds the right that its link will give. Nobody knows the token yet; `mintHeldLink` makes one.
 */
export function holdLink(
  { clock }: Pick<Deps, 'clock'>,
  tx: Queryable,
  { id, purpose, userId, email }: { id: string; purpose: Purpose; userId: string; email: string },
): ExactlyOne<Statement> {
  const { lifetime, isOwnAddress } = kinds[purpose];
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + lifetime);
  const row = { id, createdAt, userId, purpose, email, tokenHash: hashToken(newToken()), expiresAt };
  return exactlyOne(replaceToken(tx, row, { isOwnAddress }));
}

/** The link of a row that `holdLink` has made, and whose it is. `undefined` where it is over, or the user disabled. */
export async function mintHeldLink({ db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>, id: string) {
  const now = clock.now();
  const held = await findHeld(db, { id, now });
  if (!held) return undefined;
  const { email } = held.token;
  // The table's column is text, and only this file writes it.
  const purpose = held.token.purpose as Purpose;
  const token = newToken();
  // The mail may have waited for a server: what it says of its time is counted from now.
  const expiresAt = new Date(now.getTime() + kinds[purpose].lifetime);
  try {
    await db.atomically((tx) => [exactlyOne(setToken(tx, { id, tokenHash: hashToken(token), expiresAt, now }))]);
  } catch (error) {
    if (error instanceof NotExactlyOne) return undefined;
    throw error;
  }
  return { url: urlOf(config, purpose, token), expiresAt, email, user: held.user };
}

/**
 * The address of a row that `holdLink` has made, and whose it is, where there is only something to
 * be said to it: its link is never made. `undefined` where it is over, or the user disabled.
 */
export async function heldAddress({ db, clock }: Pick<Deps, 'db' | 'clock'>, id: string) {
  const held = await findHeld(db, { id, now: clock.now() });
  return held && { url: null, email: held.token.email, user: held.user };
}

/** Ends it, once that has been said. */
export const endHeld = async ({ db }: Pick<Deps, 'db'>, id: string): Promise<void> => {
  await db.atomically((tx) => [deleteToken(tx, id)]);
};

// The pages that the configuration names, whatever a request says about its host. What stands behind
// the # is sent to no server, and is in no log and no referrer of one.
const urlOf = ({ pages }: Deps['config'], purpose: Purpose, token: Secret): string =>
  `${pages[kinds[purpose].page]}#token=${token.reveal()}`;

/** A token that was good when it was looked up. */
export interface FoundLink {
  id: string;
  userId: string;
  email: string;
  purpose: Purpose;
  tokenHash: Buffer;
}

/** Whose link this is, while it is good. Looked up before anything that costs; the claim decides. */
export async function findLink(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  written: string,
  purposes: Purpose[],
): Promise<FoundLink | undefined> {
  const token = readToken(written);
  if (!token) return undefined;
  const found = await findToken(db, { tokenHash: hashToken(token), purposes, now: clock.now() });
  return found && { ...found, purpose: found.purpose as Purpose };
}

/**
 * For the list of what the link is for, first in it: of several callers at once one alone gets
 * through, and none where the account is disabled or, where that counts, has another address by now.
 */
export const claimLink = (
  { clock }: Pick<Deps, 'clock'>,
  tx: Queryable,
  { tokenHash, purpose }: FoundLink,
): ExactlyOne<Statement> =>
  exactlyOne(claimToken(tx, { tokenHash, purpose, now: clock.now(), isOwnAddress: kinds[purpose].isOwnAddress }));

/**
 * For whom an address is kept, who have lost it by a change and may take it back: for everybody else it
 * is as good as taken, or whoever made the change would have it taken.
 */
export const keeperOf = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  email: string,
  { except }: { except?: string } = {},
): Promise<string | undefined> =>
  (await findKept(db, { email, purpose: 'emailUndo' satisfies Purpose, except, now: clock.now() }))?.userId;

/** Until when some change of an account's address may be undone, if any may. */
export const undoableUntil = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  userId: string,
): Promise<Date | undefined> =>
  (await findLongest(db, { userId, purpose: 'emailUndo' satisfies Purpose, now: clock.now() }))?.expiresAt;

/** For the list of whatever makes the links of a user useless, whatever they are for. */
export const endLinksOf = (tx: Queryable, userId: string, kept: { except?: Purpose } = {}): Statement =>
  deleteTokensOf(tx, userId, kept);

/** For the list of what a link undoes: ends every link of its user but those that undo what was before that. */
export const endLinksButOlder = (tx: Queryable, { userId, purpose, id }: FoundLink): Statement =>
  deleteTokensButOlder(tx, userId, { purpose, id });

/** For the list of whatever takes the place of links for one purpose, to any address. */
export const endLinksFor = (tx: Queryable, userId: string, purpose: Purpose): Statement =>
  deleteTokensFor(tx, userId, purpose);

/** Removes tokens that nobody used in time. */
export async function purgeLinks({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await inSteps(async (most) => await deleteExpiredTokens(db.unsynced, { now, most }));
}
