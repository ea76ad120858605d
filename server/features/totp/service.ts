import { newSeed, otpauthUriOf, qrOf, seedInBase32, stepOf } from '../../authenticators/totp.ts';
import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import type { SealedBox } from '../../kernel/sealed-box.ts';
import { change } from '../events/service.ts';
import { changeFactors } from '../factor-changes/service.ts';
import type { FactorCall } from '../factor-changes/service.ts';
import { isFactorDemandedOf } from '../methods/service.ts';
import type { CheckedFactor } from '../methods/service.ts';
import { endUselessCodes, firstCodeSet } from '../recovery-codes/service.ts';
import type { CodeSet } from '../recovery-codes/service.ts';
import type { VerifiedCaller } from '../sessions/contract.ts';
import { checkSession } from '../sessions/service.ts';
import { removalRefusals, totpRefusals, unknownFactorRefusals, wrongFactorRefusals } from './contract.ts';
import type { ConfirmTotp, TotpConfirmed, TotpDisabled, TotpOffer } from './contract.ts';
import {
  confirmTotp,
  countTry,
  deleteTotp,
  deleteTotpOf,
  findOffered,
  findTotp,
  offerTotp,
  useStep,
} from './queries.ts';

/** Not more wrong codes one after the other than this, ever (NIST 800-63B-4 §3.2.2). */
const mostFailures = 100;

/** So many tell that somebody else knows the password. */
const suspiciousFailures = 5;

type Needs = Pick<Deps, 'db' | 'clock' | 'config' | 'sealedBox'>;

/**
 * Offers an account an authenticator app, in the place of one that was offered before. It counts once
 * a code of it was shown, and then takes the place of the one that counts.
 *
 * @throws Refusal TOTP_NOT_CONFIGURED
 */
export async function offerApp(
  { db, clock, config, sealedBox }: Needs,
  { id: userId, email }: { id: string; email: string },
): Promise<TotpOffer> {
  const box = boxOf({ sealedBox });
  const seed = newSeed();
  const row = { id: newId(), createdAt: clock.now(), userId, seedCiphertext: box.seal(seed, sealedFor(userId)) };
  await db.atomically((tx) => [offerTotp(tx, row)]);
  const uri = otpauthUriOf(seed, { issuer: new URL(config.appUrl).hostname, account: email });
  return { status: 'totpOffered', uri, qr: qrOf(uri), secret: seedInBase32(seed) };
}

/** Whom a seed is bound to. */
export const sealedFor = (userId: string): string => `totp ${userId}`;

function boxOf({ sealedBox }: Pick<Deps, 'sealedBox'>): SealedBox {
  if (!sealedBox) throw new Refusal(totpRefusals, 'TOTP_NOT_CONFIGURED');
  return sealedBox;
}

/** The first code of an app that was offered, and what makes it count. */
export interface AcceptedApp {
  statements(tx: Queryable): (Statement | ExactlyOne<Statement>)[];
  /** With the first factor of an account. */
  codes: CodeSet | undefined;
  isInPlaceOfAnother: boolean;
}

/**
 * Looks whether it is a code of the app that was offered; `undefined` otherwise.
 *
 * @param isFirst whether the account may have no second factor; otherwise it takes the place of the app that there is
 */
export async function acceptApp(
  deps: Needs,
  { userId, code, isFirst }: { userId: string; code: string; isFirst: boolean },
): Promise<AcceptedApp | undefined> {
  const offered = await findOffered(deps.db, userId);
  if (!offered) return undefined;
  const now = deps.clock.now();
  const lastStep = stepOf(boxOf(deps).open(offered.seedCiphertext, sealedFor(userId)), code, now);
  if (lastStep === undefined) return undefined;

  const codes = await firstCodeSet(deps, userId);
  return {
    codes,
    isInPlaceOfAnother: !isFirst && (await findTotp(deps.db, userId)) !== undefined,
    statements: (tx) => [
      ...(isFirst ? [] : [deleteTotp(tx, userId, { isOtherNeeded: false })]),
      exactlyOne(confirmTotp(tx, { id: offered.id, userId, confirmedAt: now, lastStep, isFirst })),
      ...(codes?.statements(tx) ?? []),
    ],
  };
}

/**
 * Makes the app count that was offered to the caller, in the place of another: from now on a login asks for its codes.
 *
 * @throws Refusal FACTOR_WRONG, also where another app was offered meanwhile; TOTP_NOT_CONFIGURED, SESSION_ENDED
 */
export async function confirmApp(call: FactorCall, me: VerifiedCaller, { code }: ConfirmTotp): Promise<TotpConfirmed> {
  const { id: userId } = me.user;
  const accepted = await acceptApp(call.deps, { userId, code, isFirst: false });
  if (!accepted) throw new Refusal(wrongFactorRefusals, 'FACTOR_WRONG');

  const events = [{ kind: accepted.isInPlaceOfAnother ? 'totp.replaced' : 'totp.enabled', userId } as const];
  try {
    const list = (tx: Queryable) => accepted.statements(tx);
    const token = await changeFactors(call, me, {
      events,
      list,
      shown: 'totp',
      isAnyTaken: accepted.isInPlaceOfAnother,
    });
    return { status: 'totpEnabled', ...(accepted.codes && { recoveryCodes: accepted.codes.reveal() }), ...token };
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    await checkSession(call);
    throw new Refusal(wrongFactorRefusals, 'FACTOR_WRONG');
  }
}

/**
 * Removes the app of the caller and, where it was the last factor, the recovery codes with it.
 *
 * @throws Refusal FACTOR_UNKNOWN, FACTOR_REQUIRED, SESSION_ENDED
 */
export async function disableApp(call: FactorCall, me: VerifiedCaller): Promise<TotpDisabled> {
  const { id: userId } = me.user;
  const isOtherNeeded = await isFactorDemandedOf(call.deps, userId);
  const events = [{ kind: 'totp.disabled', userId } as const];
  try {
    const list = (tx: Queryable) => [
      exactlyOne(deleteTotp(tx, userId, { isOtherNeeded })),
      endUselessCodes(tx, userId),
    ];
    return { status: 'totpDisabled', ...(await changeFactors(call, me, { events, list })) };
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    await checkSession(call);
    const found = await findTotp(call.deps.db, userId);
    throw found
      ? new Refusal(removalRefusals, 'FACTOR_REQUIRED')
      : new Refusal(unknownFactorRefusals, 'FACTOR_UNKNOWN');
  }
}

/**
 * Looks whether it is a code of their app that was not used; `undefined` otherwise. It counts as a wrong
 * one until the statements have run.
 *
 * @throws Refusal FACTOR_LOCKED
 */
export async function checkCode(
  { deps, request }: Pick<FactorCall, 'deps' | 'request'>,
  userId: string,
  code: string,
): Promise<CheckedFactor | undefined> {
  const { db, clock } = deps;
  // Before it is counted: where none can be read none is wrong.
  const box = boxOf(deps);
  const app = await countTry(db.unsynced, userId, mostFailures);
  if (!app) {
    if (await findTotp(db, userId)) throw new Refusal(wrongFactorRefusals, 'FACTOR_LOCKED');
    return undefined;
  }
  const step = stepOf(box.open(app.seedCiphertext, sealedFor(userId)), code, clock.now());
  if (step === undefined || step <= app.lastStep) {
    if (app.failures === suspiciousFailures)
      await change(deps, { request, events: [{ kind: 'factor.refused', userId }] }, () => []);
    return undefined;
  }
  return {
    factor: 'totp',
    isVerified: false,
    statements: (tx) => [exactlyOne(useStep(tx, { id: app.id, step }))],
    events: [],
  };
}

/** For the list that takes the factors of an account, or those that were set up since. */
export const endAppOf = (tx: Queryable, userId: string, since?: Date): Statement => deleteTotpOf(tx, userId, since);

/** Since when the app of an account counts; `null` where it has none. */
export async function appSince({ db }: Pick<Deps, 'db'>, userId: string): Promise<Date | null> {
  return (await findTotp(db, userId))?.confirmedAt ?? null;
}
