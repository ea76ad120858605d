import type { Deps } from '../../deps.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import type { SealedBox } from '../../kernel/sealed-box.ts';
import type { JwkSet } from '../signing-keys/contract.ts';
import { publicKeys, rotateKeys, signByKeyOfNow } from '../signing-keys/service.ts';
import { tokenRefusals } from './contract.ts';
import type { IssuedToken, IssueToken } from './contract.ts';

type Needs = Pick<Deps, 'db' | 'clock' | 'config' | 'sealedBox'>;

/**
 * A token by which another service knows who is calling, without asking here. It says nothing of a person but
 * their id, and nothing ends it before its time: so that is short.
 *
 * @throws Refusal TOKENS_NOT_CONFIGURED, AUDIENCE_UNKNOWN
 */
export async function issueToken(deps: Needs, userId: string, { audience }: IssueToken): Promise<IssuedToken> {
  const set = settingsOf(deps);
  if (!set) throw new Refusal(tokenRefusals, 'TOKENS_NOT_CONFIGURED');

  const aud = audienceOf(set.audiences, audience);
  if (aud === undefined) throw new Refusal(tokenRefusals, 'AUDIENCE_UNKNOWN');

  const now = deps.clock.now();
  const iat = Math.floor(now.getTime() / 1000);
  const exp = iat + deps.config.tokenLifetimeSeconds;
  const claims = { iss: deps.config.publicUrl, sub: userId, aud, iat, exp, jti: newId() };
  const jwt = await signByKeyOfNow({ ...deps, ...set }, now, claims);
  return { jwt, expiresAt: new Date(exp * 1000).toISOString() };
}

/** One alone: whoever gets a token cannot show it to another service (RFC 8725 §3.9, ASVS 9.2.4). */
function audienceOf(audiences: readonly string[], asked: string | undefined): string | undefined {
  if (asked === undefined) return audiences.length === 1 ? audiences[0] : undefined;
  return audiences.includes(asked) ? asked : undefined;
}

/** What verifiers load; `null` where no tokens are made. */
export async function publishedKeys(deps: Needs): Promise<JwkSet | null> {
  const set = settingsOf(deps);
  return set ? await publicKeys({ ...deps, ...set }) : null;
}

/** Beside requests: the next key is made in time, and one that nobody needs is removed. */
export async function renewKeys(deps: Needs): Promise<void> {
  const set = settingsOf(deps);
  if (set) await rotateKeys({ ...deps, ...set });
}

/** The start has made sure that where there is the one there is the other. */
function settingsOf({ config, sealedBox }: Needs): { audiences: readonly string[]; sealedBox: SealedBox } | undefined {
  const { tokenAudience: audiences } = config;
  return audiences && sealedBox && { audiences, sealedBox };
}
