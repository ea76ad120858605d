import type { JWTPayload } from 'jose';

// Loaded with the first token: most servers make none.
const library = async () => await import('jose');

/** The name of the algorithm in heads and keys (RFC 8037 §3.1): verifiers know it better than the newer `Ed25519` of RFC 9864. */
const alg = 'EdDSA';

/** Two times 32 bytes. */
export interface KeyPair {
  publicKey: Buffer;
  privateKey: Buffer;
}

/** A new key of Ed25519, by the system's generator. */
export async function newKeyPair(): Promise<KeyPair> {
  const { exportJWK, generateKeyPair } = await library();
  const { privateKey } = await generateKeyPair(alg, { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  return { publicKey: Buffer.from(x, 'base64url'), privateKey: Buffer.from(d, 'base64url') };
}

/** A public key as verifiers take it (RFC 8037 §2), with what it may be used for and nothing else. */
export const publicJwkOf = (kid: string, publicKey: Buffer) =>
  ({ kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url'), kid, alg, use: 'sig' }) as const;

/**
 * Signs claims. The head says what kind of token it is (RFC 8725 §3.11): an access token, by the name that
 * RFC 9068 has for it, so that no verifier which looks takes it for a proof of a login.
 */
export async function signedJwt(claims: JWTPayload, kid: string, { publicKey, privateKey }: KeyPair): Promise<string> {
  const { importJWK, SignJWT } = await library();
  const key = await importJWK({ ...publicJwkOf(kid, publicKey), d: privateKey.toString('base64url') }, alg);
  return await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(key);
}
