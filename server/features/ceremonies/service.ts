import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { minutes } from '../../kernel/clock.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { inSteps } from '../../kernel/in-steps.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { hashToken, newToken, readToken } from '../../kernel/token.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import { ceremonyRefusals } from './contract.ts';
import type { CeremonyKind } from './contract.ts';
import { deleteCeremony, deleteExpiredCeremonies, findCeremony, insertCeremony, insertCeremonyOf } from './queries.ts';

/** How long a person may take from the first step to the last. */
const lifetime = minutes(5);

interface Begun {
  kind: CeremonyKind;
  /** Whose it is, where that is known. */
  userId?: string;
  boundTo?: string;
  challenge?: string;
  provedHash?: Buffer;
}

/** What the next step has to bring, and until when. */
export interface Ticket {
  token: string;
  expiresAt: string;
}

/**
 * Begins what takes several steps. Its token is known to nobody but who began it, and opens nothing else.
 *
 * @throws Refusal SESSION_ENDED or PROOF_SPENT where the user is gone or disabled by now: what began it is over, too;
 *   NotExactlyOne where that is a login
 */
export async function beginCeremony({ db, clock }: Pick<Deps, 'db' | 'clock'>, begun: Begun): Promise<Ticket> {
  const { kind, userId, boundTo, challenge, provedHash } = begun;
  const token = newToken();
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + lifetime);
  const row = {
    id: newId(),
    createdAt,
    kind,
    tokenHash: hashToken(token),
    boundTo: boundTo ?? null,
    challenge: challenge ?? null,
    provedHash: provedHash ?? null,
    expiresAt,
  };
  // Unsynced: what the power takes with it is begun again.
  if (userId === undefined) await insertCeremony(db.unsynced, { ...row, userId: null });
  else if (!(await insertCeremonyOf(db.unsynced, { ...row, userId }))) throw overWith(kind);
  return { token: token.reveal(), expiresAt: expiresAt.toISOString() };
}

function overWith(kind: CeremonyKind): Error {
  if (kind === 'logIn') return new NotExactlyOne();
  return kind === 'passkeyFactor' ? spent() : new Refusal(sessionRefusals, 'SESSION_ENDED');
}

/** One that was good when it was looked up. */
export type Ceremony = NonNullable<Awaited<ReturnType<typeof findCeremony>>>;

/**
 * Looked up before anything that costs; the claim decides.
 *
 * @throws Refusal PROOF_SPENT where there is none of this kind, or no more
 */
export async function requireCeremony(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  kind: CeremonyKind,
  written: string,
): Promise<Ceremony> {
  const token = readToken(written);
  const found = token && (await findCeremony(db, { kind, tokenHash: hashToken(token), now: clock.now() }));
  if (!found) throw spent();
  return found;
}

/** For the list of its last step: of several callers at once one alone gets through. */
export const claimCeremony = (
  { clock }: Pick<Deps, 'clock'>,
  tx: Queryable,
  { ceremony: { id } }: Ceremony,
): ExactlyOne<Statement> => exactlyOne(deleteCeremony(tx, id, clock.now()));

/** Ends one whose last step was wrong, and resolves to whether it was good until then. */
export async function spendCeremony(deps: Pick<Deps, 'db' | 'clock'>, ceremony: Ceremony): Promise<boolean> {
  try {
    await deps.db.atomically((tx) => [claimCeremony(deps, tx, ceremony)]);
    return true;
  } catch (error) {
    if (error instanceof NotExactlyOne) return false;
    throw error;
  }
}

export const spent = () => new Refusal(ceremonyRefusals, 'PROOF_SPENT');

/** Removes what nobody went on with. */
export async function purgeCeremonies({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await inSteps(async (most) => await deleteExpiredCeremonies(db.unsynced, { now, most }));
}
