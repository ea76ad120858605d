import type { Queryable } from '../../db/database.ts';
import type { Deps } from '../../deps.ts';
import { deviceOf } from '../../kernel/device.ts';
import { NotExactlyOne } from '../../kernel/exactly-one.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { digest } from '../../kernel/token.ts';
import { settled, unproved } from '../attempts/service.ts';
import { beginCeremony, claimCeremony, requireCeremony, spent } from '../ceremonies/service.ts';
import type { Ceremony } from '../ceremonies/service.ts';
import { change } from '../events/service.ts';
import type { NewEvent } from '../events/contract.ts';
import { withFactor } from '../factor-changes/service.ts';
import type { FactorCall } from '../factor-changes/service.ts';
import type { Factor, Method } from '../methods/contract.ts';
import { factorsOf, isFactorDemanded, isFactorDemandedOf } from '../methods/service.ts';
import type { CheckedFactor } from '../methods/service.ts';
import { askForPasskey, checkPasskey } from '../passkey-sign-in/service.ts';
import type { PasskeyAsked } from '../passkeys/contract.ts';
import { checkRecoveryCode, codesLeft } from '../recovery-codes/service.ts';
import type { Caller } from '../sessions/contract.ts';
import { endSessionsOf, factorsIn, lacksProof, openSession, renewSession, toUser } from '../sessions/service.ts';
import { wrongFactorRefusals } from '../totp/contract.ts';
import type { TotpOffer } from '../totp/contract.ts';
import { acceptApp, appSince, checkCode, offerApp } from '../totp/service.ts';
import { enrolRefusals } from './contract.ts';
import type {
  FactorList,
  FactorNeeded,
  FactorVerified,
  GivenFactor,
  ProofOnly,
  Prove,
  Proved,
  VerifyFactor,
} from './contract.ts';

type User = NonNullable<Ceremony['user']>;

/** Whether a password is not enough: the account has a second factor, or must have one. */
export const isFactorNeeded = async (deps: Pick<Deps, 'db' | 'config'>, user: Pick<User, 'id' | 'adminSince'>) =>
  isFactorDemanded(deps, user) || (await factorsOf(deps, user.id)).length > 0;

/**
 * What is answered in the place of a session to somebody whose password was right, where that is not enough.
 *
 * @throws NotExactlyOne where the account is gone or disabled by now
 */
export async function askForFactor(
  deps: Pick<Deps, 'db' | 'clock'>,
  user: Pick<User, 'id' | 'passwordHash'>,
): Promise<FactorNeeded> {
  const methods = await factorsOf(deps, user.id);
  const about = { userId: user.id, provedHash: digestOf(user) };
  const { token: proof, expiresAt } = await beginCeremony(deps, { kind: 'logIn', ...about });
  return { status: 'factorNeeded', methods, proof, expiresAt };
}

// Of the hash: so a proof is of no use once the password was changed, and no table has a hash twice.
const digestOf = ({ passwordHash }: Pick<User, 'passwordHash'>): Buffer => digest(passwordHash);

/** A sign-in whose password was right, and is so still. */
async function requirePending({ deps }: Pick<FactorCall, 'deps'>, proof: string) {
  const pending = await requireCeremony(deps, 'logIn', proof);
  const { ceremony, user } = pending;
  const isStill = user && ceremony.provedHash?.equals(digestOf(user)) && !user.disabledAt && !lacksProof(deps, user);
  if (!isStill) throw spent();
  return { ...pending, user };
}

/**
 * Signs in whoever has shown the password before, by `login`, and shows a second factor now. Wrong ones
 * are counted for the account, however often it begins anew.
 *
 * @throws Refusal FACTOR_WRONG, FACTOR_LOCKED, PROOF_SPENT, TOKEN_NOT_FOR_PAGES, RATE_LIMITED
 */
export async function proveFactor(call: FactorCall, { proof, factor, deliver }: Prove): Promise<Proved> {
  const { deps, request } = call;
  const session = openSession(call, deliver);
  const pending = await requirePending(call, proof);
  const { user } = pending;

  const attempt = await deps.limiter.factor(user.email, request.address);
  const counted = session.isDelivered ? attempt : unproved(attempt);
  const shown = await settled(call, counted, async () => {
    const checked = await check(call, pending, factor);
    if (!checked) return undefined;
    const factors: Method[] = ['password', checked.factor];
    const proved = { userId: user.id, passwordHash: user.passwordHash, factors };
    const started = session.start(proved, attempt);
    const events = [...started.events, ...checked.events];
    const list = (tx: Queryable) => [
      claimCeremony(deps, tx, pending),
      ...checked.statements(tx),
      ...session.statements(tx, proved),
    ];
    return await storedOr(change(deps, { ...started, events }, list).then(() => checked));
  });
  if (!shown) {
    // Somebody else was faster, or the account has another password by now: then there is nothing to try again.
    await requirePending(call, proof);
    throw new Refusal(wrongFactorRefusals, 'FACTOR_WRONG');
  }
  const recoveryCodes = shown.codes?.reveal();
  return { status: 'signedIn', user: toUser(user), ...(recoveryCodes && { recoveryCodes }), ...session.deliver() };
}

/** `undefined` where what was right when it was looked at was used up before the list ran. */
async function storedOr<Result>(storing: Promise<Result>): Promise<Result | undefined> {
  return await storing.catch((error: unknown) => {
    if (error instanceof NotExactlyOne) return undefined;
    throw error;
  });
}

type Checked = CheckedFactor & { codes?: { reveal(): string[] } | undefined };

/** Looks at what was shown. Where the account has no factor it is the first code of the app that it was offered. */
async function check(
  call: FactorCall,
  { user: { id }, ceremony }: { user: Pick<User, 'id'>; ceremony: { id: string } },
  given: GivenFactor,
): Promise<Checked | undefined> {
  const { deps } = call;
  if (given.method === 'passkey') return await checkBound(call, given, { kind: 'passkeyFactor', boundTo: ceremony.id });
  if (given.method === 'recoveryCode') return await checkRecoveryCode(deps, id, given.code);
  if ((await factorsOf(deps, id)).length > 0) return await checkCode(call, id, given.code);
  const accepted = await acceptApp(deps, { userId: id, code: given.code, isFirst: true });
  if (!accepted) return undefined;
  return {
    factor: 'totp',
    isVerified: false,
    codes: accepted.codes,
    // From before one was asked for, and good again should nobody ask any more.
    statements: (tx) => [...accepted.statements(tx), endSessionsOf(tx, id, { factors: 'password' })],
    events: [{ kind: 'totp.enabled', userId: id }],
  };
}

/**
 * Offers an authenticator app to whoever has shown the password and must have a second factor, but has none.
 *
 * @throws Refusal FACTOR_ENROLLED, TOTP_NOT_CONFIGURED, PROOF_SPENT
 */
export async function enrolPending(call: FactorCall, { proof }: ProofOnly): Promise<TotpOffer> {
  const { user } = await requirePending(call, proof);
  if ((await factorsOf(call.deps, user.id)).length > 0) throw new Refusal(enrolRefusals, 'FACTOR_ENROLLED');
  return await offerApp(call.deps, user);
}

/**
 * Notes that the caller has shown a second factor now. Their session goes on under a new token (ASVS 7.2.4).
 *
 * @throws Refusal FACTOR_WRONG, FACTOR_LOCKED, SESSION_ENDED, RATE_LIMITED
 */
export async function verifyFactor(call: FactorCall, me: Caller, { factor }: VerifyFactor): Promise<FactorVerified> {
  const { deps, request } = call;
  const { user, session } = me;
  const attempt = await deps.limiter.factor(user.email, request.address);
  const now = deps.clock.now();
  const shown = await settled(call, attempt, async () => {
    const checked = await checkOwn(call, me, factor);
    if (!checked) return undefined;
    const factors = withFactor(session.factors, checked.factor);
    const proved = { factors, factorVerifiedAt: now, ...(checked.isVerified && { verifiedAt: now }) };
    const renewed = renewSession(call, proved);
    const list = (tx: Queryable) => [...checked.statements(tx), ...renewed.statements(tx)];
    const events = [...checked.events, verifiedEvent(call, me, { by: checked.factor, ...attempt })];
    const stored = change(deps, { request, sessionId: session.id, events }, list);
    return await storedOr(stored.then(() => ({ ...checked, renewed, factors })));
  });
  if (!shown) throw new Refusal(wrongFactorRefusals, 'FACTOR_WRONG');
  const at = now.toISOString();
  const verifiedAt = shown.isVerified ? at : session.verifiedAt;
  const factors = factorsIn(shown);
  return {
    status: 'verified',
    session: { ...session, factors, verifiedAt, factorVerifiedAt: at },
    ...shown.renewed.deliver(),
  };
}

/** A passkey that was asked for in just this sign-in or session. */
async function checkBound(
  call: FactorCall,
  { ceremony, response }: Extract<GivenFactor, { method: 'passkey' }>,
  { kind, boundTo }: { kind: 'passkeyFactor' | 'passkeyVerification'; boundTo: string },
): Promise<CheckedFactor | undefined> {
  const begun = await requireCeremony(call.deps, kind, ceremony);
  if (begun.ceremony.boundTo !== boundTo) throw spent();
  return await checkPasskey(call, begun, response);
}

async function checkOwn(
  call: FactorCall,
  { user, session }: Caller,
  given: GivenFactor,
): Promise<CheckedFactor | undefined> {
  const asked = { kind: 'passkeyVerification', boundTo: session.id } as const;
  if (given.method === 'passkey') return await checkBound(call, given, asked);
  if (given.method === 'recoveryCode') return await checkRecoveryCode(call.deps, user.id, given.code);
  return await checkCode(call, user.id, given.code);
}

function verifiedEvent(
  { request }: Pick<FactorCall, 'request'>,
  { user, session }: Caller,
  { by, failuresBefore }: { by: Factor; failuresBefore: number },
): NewEvent {
  const about = { sessionId: session.id, by, failuresBefore, ...deviceOf(request.userAgent) };
  return { kind: 'session.verified', userId: user.id, ...about };
}

/**
 * Asks whoever has shown the password for a passkey of theirs.
 *
 * @throws Refusal PROOF_SPENT, PASSKEYS_NOT_CONFIGURED
 */
export async function askPending(call: FactorCall, { proof }: ProofOnly): Promise<PasskeyAsked> {
  const { user, ceremony } = await requirePending(call, proof);
  return await askForPasskey(call.deps, { kind: 'passkeyFactor', userId: user.id, boundTo: ceremony.id });
}

/**
 * Asks the caller for a passkey of theirs, in this session.
 *
 * @throws Refusal PASSKEYS_NOT_CONFIGURED
 */
export const askCaller = async ({ deps }: FactorCall, { user, session }: Caller): Promise<PasskeyAsked> =>
  await askForPasskey(deps, { kind: 'passkeyVerification', userId: user.id, boundTo: session.id });

/** What the caller's account has besides its password. */
export async function listFactors({ deps }: Pick<FactorCall, 'deps'>, { user: { id } }: Caller): Promise<FactorList> {
  const [methods, since, recoveryCodesLeft, isRequired] = await Promise.all([
    factorsOf(deps, id),
    appSince(deps, id),
    codesLeft(deps, id),
    isFactorDemandedOf(deps, id),
  ]);
  return { methods, totpSince: since?.toISOString() ?? null, recoveryCodesLeft, isRequired };
}
