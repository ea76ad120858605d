import { isIP } from 'node:net';

import { checkRegistration, creationOptions, transports } from '../../authenticators/webauthn.ts';
import type { Expected, Known } from '../../authenticators/webauthn.ts';
import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { deviceOf } from '../../kernel/device.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { isLoopback, originOf } from '../../kernel/origin.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { randomness } from '../../kernel/token.ts';
import { UniqueViolation } from '../../kernel/unique-violation.ts';
import { beginCeremony, claimCeremony, requireCeremony, spendCeremony, spent } from '../ceremonies/service.ts';
import { changeFactors } from '../factor-changes/service.ts';
import type { FactorCall } from '../factor-changes/service.ts';
import { isFactorDemandedOf } from '../methods/service.ts';
import { endUselessCodes, firstCodeSet } from '../recovery-codes/service.ts';
import type { Caller, VerifiedCaller } from '../sessions/contract.ts';
import { checkSession } from '../sessions/service.ts';
import { removalRefusals, unknownFactorRefusals } from '../totp/contract.ts';
import { mostPasskeys, newPasskeyRefusals, passkeyRefusals, wrongPasskeyRefusals } from './contract.ts';
import type {
  Passkey,
  PasskeyAdded,
  PasskeyOffer,
  PasskeyRemoved,
  RegisterPasskey,
  RemovePasskey,
} from './contract.ts';
import type { RenamePasskey } from './contract.ts';
import { deletePasskey, deletePasskeysOf, findPasskeysOf, insertPasskey, renamePasskey } from './queries.ts';

/** Of which site passkeys are: the name in APP_URL, and the pages that may use them there. */
export type Site = Pick<Expected, 'rpId' | 'isOurs'>;

/**
 * The origins that are taken: APP_URL, those of CORS_ORIGINS under its name and, while PUBLIC_URL is
 * loopback, any port of it.
 *
 * @throws Refusal PASSKEYS_NOT_CONFIGURED where APP_URL is an IP address, of which there are no passkeys
 */
export function siteOf({ config }: Pick<Deps, 'config'>): Site {
  const { appUrl, publicUrl, corsOrigins = [] } = config;
  const rpId = new URL(appUrl).hostname;
  if (isIP(rpId.replace(/^\[|\]$/g, '')) !== 0) throw new Refusal(passkeyRefusals, 'PASSKEYS_NOT_CONFIGURED');
  const isUnder = (origin: string): boolean => {
    const { hostname } = new URL(origin);
    return hostname === rpId || hostname.endsWith(`.${rpId}`);
  };
  const listed = new Set([appUrl, ...corsOrigins.filter(isUnder)]);
  const isDevelopment = isLoopback(publicUrl) && isLoopback(appUrl);
  return {
    rpId,
    isOurs(origin) {
      // Spelled exactly: what a browser writes is canonical.
      if (originOf(origin) !== origin) return false;
      return listed.has(origin) || (isDevelopment && isLoopback(origin) && new URL(origin).hostname === rpId);
    },
  };
}

/** What a browser has to know of the passkeys of an account. */
export async function knownOf({ db }: Pick<Deps, 'db'>, userId: string): Promise<Known[]> {
  const found = await findPasskeysOf(db, userId);
  return found.map((one) => ({ id: one.credentialId, transports: transports.filter((name) => has(one, name)) }));
}

const has = (row: { transports: string }, name: string): boolean => row.transports.split(' ').includes(name);

/**
 * Offers the caller to make a passkey, in this session.
 *
 * @throws Refusal PASSKEYS_NOT_CONFIGURED
 */
export async function offerPasskey({ deps }: FactorCall, { user, session }: VerifiedCaller): Promise<PasskeyOffer> {
  const { rpId } = siteOf(deps);
  const options = await creationOptions({
    rpId,
    challenge: randomness(32),
    user,
    known: await knownOf(deps, user.id),
  });
  const begun = { kind: 'passkeyRegistration', userId: user.id, boundTo: session.id } as const;
  const { token: ceremony, expiresAt } = await beginCeremony(deps, { ...begun, challenge: options.challenge });
  // What of it is answered is cut to its schema, which the library's type is wider than.
  return { status: 'passkeyOffered', ceremony, expiresAt, options: options as PasskeyOffer['options'] };
}

/**
 * Adds the passkey that was made of an offer: from now on a login asks for it, or it signs in by itself.
 *
 * @throws Refusal PASSKEY_REFUSED, PASSKEY_KNOWN, TOO_MANY_PASSKEYS, PROOF_SPENT, SESSION_ENDED
 */
export async function registerPasskey(
  call: FactorCall,
  me: VerifiedCaller,
  { ceremony, response, name }: RegisterPasskey,
): Promise<PasskeyAdded> {
  const { deps, request } = call;
  const { id: userId } = me.user;
  const site = siteOf(deps);
  const begun = await requireCeremony(deps, 'passkeyRegistration', ceremony);
  const { challenge, boundTo } = begun.ceremony;
  if (challenge === null || boundTo !== me.session.id || begun.user?.id !== userId) throw spent();

  const { transports: given = [], ...made } = response.response;
  const answer = { ...response, response: made, clientExtensionResults: {} };
  const credential = await checkRegistration(answer, { ...site, challenge });
  if (!credential) {
    await spendCeremony(deps, begun);
    throw new Refusal(wrongPasskeyRefusals, 'PASSKEY_REFUSED');
  }
  const written = given.filter((one) => transports.some((known) => known === one));
  const about = { name: name ?? nameOf(request), transports: written.join(' ') };
  const row = { id: newId(), createdAt: deps.clock.now(), userId, ...credential, ...about };
  const codes = await firstCodeSet(deps, userId);
  try {
    const token = await changeFactors(call, me, {
      events: [{ kind: 'passkey.added', userId, passkeyId: row.id }],
      list: (tx) => [
        claimCeremony(deps, tx, begun),
        exactlyOne(insertPasskey(tx, row, mostPasskeys)),
        ...(codes?.statements(tx) ?? []),
      ],
      shown: 'passkey',
    });
    const passkey = toPasskey({ ...row, lastUsedAt: null });
    return { status: 'passkeyAdded', passkey, ...(codes && { recoveryCodes: codes.reveal() }), ...token };
  } catch (error) {
    if (error instanceof UniqueViolation && error.column === 'passkeys.credential_id')
      throw new Refusal(newPasskeyRefusals, 'PASSKEY_KNOWN');
    if (!(error instanceof NotExactlyOne)) throw error;
    await checkSession(call);
    if ((await findPasskeysOf(deps.db, userId)).length >= mostPasskeys)
      throw new Refusal(newPasskeyRefusals, 'TOO_MANY_PASSKEYS', { most: mostPasskeys });
    throw spent();
  }
}

function nameOf({ userAgent }: Call<never>['request']): string {
  const { browser, system } = deviceOf(userAgent);
  return [browser?.replace(/ \d+$/, ''), system].filter(Boolean).join(', ') || 'Passkey';
}

type Row = Awaited<ReturnType<typeof findPasskeysOf>>[number];

const toPasskey = ({ id, name, createdAt, lastUsedAt }: Omit<Row, 'userId' | 'publicKey'>): Passkey => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

/** Those of an account, the oldest first. */
export async function passkeysOf({ db }: Pick<Deps, 'db'>, userId: string): Promise<Passkey[]> {
  return (await findPasskeysOf(db, userId)).map(toPasskey);
}

/**
 * Calls one by another name.
 *
 * @throws Refusal FACTOR_UNKNOWN, the same for one of somebody else and for one that there is not
 */
export async function nameIt({ deps }: FactorCall, { user }: Caller, input: RenamePasskey): Promise<Passkey> {
  const renamed = await renamePasskey(deps.db, { ...input, userId: user.id });
  if (!renamed) throw new Refusal(unknownFactorRefusals, 'FACTOR_UNKNOWN');
  return toPasskey(renamed);
}

/**
 * Removes one and, where it was the last factor, the recovery codes with it.
 *
 * @throws Refusal FACTOR_UNKNOWN, FACTOR_REQUIRED, SESSION_ENDED
 */
export async function removePasskey(
  call: FactorCall,
  me: VerifiedCaller,
  { id }: RemovePasskey,
): Promise<PasskeyRemoved> {
  const { id: userId } = me.user;
  const isOtherNeeded = await isFactorDemandedOf(call.deps, userId);
  const events = [{ kind: 'passkey.removed', userId, passkeyId: id } as const];
  try {
    const list = (tx: Queryable) => [
      exactlyOne(deletePasskey(tx, { id, userId, isOtherNeeded })),
      endUselessCodes(tx, userId),
    ];
    return { status: 'passkeyRemoved', ...(await changeFactors(call, me, { events, list })) };
  } catch (error) {
    if (!(error instanceof NotExactlyOne)) throw error;
    await checkSession(call);
    const isThere = (await findPasskeysOf(call.deps.db, userId)).some((one) => one.id === id);
    throw isThere
      ? new Refusal(removalRefusals, 'FACTOR_REQUIRED')
      : new Refusal(unknownFactorRefusals, 'FACTOR_UNKNOWN');
  }
}

/** For the list that takes the factors of an account, or those that were set up since. */
export const endPasskeysOf = (tx: Queryable, userId: string, since?: Date): Statement =>
  deletePasskeysOf(tx, userId, since);
