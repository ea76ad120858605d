import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A key as COSE has it, by the numbers of its parts. */
interface Cose {
  get(label: number): unknown;
}

const text = (cose: Cose, label: number): string => {
  const bytes = cose.get(label);
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : '';
};

/** Each algorithm has one type of key, and those with curves one curve (WebAuthn 3 §5.8.5). */
function jwkOf(cose: Cose) {
  const [type, algorithm, curve] = [cose.get(1), cose.get(3), cose.get(-1)];
  if (type === 2 && algorithm === -7 && curve === 1)
    return { kty: 'EC', crv: 'P-256', x: text(cose, -2), y: text(cose, -3) };
  if (type === 1 && algorithm === -8 && curve === 6) return { kty: 'OKP', crv: 'Ed25519', x: text(cose, -2) };
  if (type === 3 && algorithm === -257) return { kty: 'RSA', n: text(cose, -1), e: text(cose, -2) };
  return undefined;
}

/** Below this a key is broken by whoever can pay for it (ASVS 11.2.3). */
const leastBitsOfRsa = 2048;

/**
 * Whether a public key is one at all, and strong enough. Nobody has signed by it yet: one that cannot be
 * right would ask its owner at every login for what no authenticator can show.
 */
export function isSoundKey(cose: Cose): boolean {
  const jwk = jwkOf(cose);
  if (!jwk) return false;
  try {
    return isStrong(createPublicKey({ key: jwk, format: 'jwk' }));
  } catch {
    return false;
  }
}

const isStrong = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) >= leastBitsOfRsa;
