import type { Deps } from '../../deps.ts';
import { days, seconds } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { SealedBox } from '../../kernel/sealed-box.ts';
import { newKeyPair, publicJwkOf, signedJwt } from '../../signing/ed25519.ts';
import type { JwkSet } from './contract.ts';
import { addSigningKey, deleteSigningKeys, findSigningKeys } from './queries.ts';
import type { SigningKey } from './queries.ts';

/** How keys follow one another; durations in milliseconds. docs/tokens.md says the same. */
export const rotation = {
  /** How long one signs. */
  every: days(90),
  /** How long it is in the set before it signs: verifiers that keep the set have it by then. */
  ahead: days(1),
  /** How long it stays in the set after its last token has expired. */
  after: days(1),
} as const;

/** No setting makes a token live longer. */
export const longestLifetimeSeconds = 3600;

type Needs = Pick<Deps, 'db' | 'clock'> & { sealedBox: SealedBox };

/** What a private key is bound to. */
export const sealedForKey = (id: string): string => `signing key ${id}`;

/** The keys for verifiers: public halves only. */
export async function publicKeys(deps: Needs): Promise<JwkSet> {
  const keys = await allKeys(deps);
  return { keys: keys.map(({ id, publicKey }) => publicJwkOf(id, publicKey)) };
}

/** Signs claims by the key of now. */
export async function signByKeyOfNow(deps: Needs, now: Date, claims: Parameters<typeof signedJwt>[0]): Promise<string> {
  const keys = await allKeys(deps);
  // The first one may be of another instance, whose clock is a little ahead.
  const key = keys.findLast(({ signsAt }) => signsAt <= now) ?? keys[0];
  if (!key) throw new Error('There is no key to sign with');
  const privateKey = deps.sealedBox.open(key.privateKeyCiphertext, sealedForKey(key.id));
  return await signedJwt(claims, key.id, { publicKey: key.publicKey, privateKey });
}

/** The oldest first. Whoever finds none makes the first one. */
async function allKeys(deps: Needs): Promise<SigningKey[]> {
  const keys = await findSigningKeys(deps.db);
  if (keys.length > 0) return keys;
  await rotateKeys(deps);
  return await findSigningKeys(deps.db);
}

/**
 * Makes the next key where it is time, and removes those that nobody needs any more. Any number of instances
 * may do it at once, and do it again.
 */
export async function rotateKeys({ db, clock, sealedBox }: Needs): Promise<void> {
  const now = clock.now();
  const keys = await findSigningKeys(db);
  // One that begins much later is of an instance whose clock was wrong: it is followed as if it were not there.
  const newest = keys.findLast((key) => key.signsAt.getTime() <= now.getTime() + rotation.every + rotation.ahead);
  const signsAt = nextSignsAt(newest, now);
  if (signsAt) {
    const id = newId();
    const { publicKey, privateKey } = await newKeyPair();
    const privateKeyCiphertext = sealedBox.seal(privateKey, sealedForKey(id));
    const generation = (keys.at(-1)?.generation ?? 0) + 1;
    await addSigningKey(db, { id, createdAt: now, generation, signsAt, publicKey, privateKeyCiphertext });
  }
  const retired = keys.filter((_, index) => isRetired(keys[index + 1], now)).map(({ id }) => id);
  if (retired.length > 0) await deleteSigningKeys(db, retired);
}

/** When the key after the newest one begins to sign; `undefined` while it is too early to make it. */
function nextSignsAt(newest: SigningKey | undefined, now: Date): Date | undefined {
  // Nobody can have kept a set without it.
  if (!newest) return now;
  const due = newest.signsAt.getTime() + rotation.every;
  if (now.getTime() < due - rotation.ahead) return undefined;
  return new Date(Math.max(due, now.getTime() + rotation.ahead));
}

/** Whether nobody needs the key any more after which this one came: its last token was signed when this one began. */
const isRetired = (next: SigningKey | undefined, now: Date): boolean =>
  next !== undefined && next.signsAt.getTime() + seconds(longestLifetimeSeconds) + rotation.after <= now.getTime();
