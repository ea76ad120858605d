import { createPublicKey, verify } from 'node:crypto';

import type { JwkSet } from '../../server/features/signing-keys/contract.ts';
import type { SignedIn } from './people.ts';
import type { TestApp } from './test-app.ts';

/** Settings with which tokens are made, for one service. */
export const issuer = 'https://auth.example.com';
export const audience = 'https://api.example.com';
export const withTokens = { env: { PUBLIC_URL: issuer, TOKEN_AUDIENCE: audience } };

export const issue = async (
  app: TestApp,
  { headers }: Pick<SignedIn, 'headers'>,
  input: object = {},
): Promise<Response> => await app.post('/api/auth/token/issue', input, headers);

/** A token, where it must be given. */
export async function issued(app: TestApp, person: Pick<SignedIn, 'headers'>, input: object = {}): Promise<string> {
  const answer = await issue(app, person, input);
  const { jwt } = await answer.json();
  if (typeof jwt !== 'string') throw new Error(`No token was given: ${answer.status}`);
  return jwt;
}

export async function keysOf(app: TestApp): Promise<JwkSet> {
  return (await (await app.get('/.well-known/jwks.json')).json()) as JwkSet;
}

type Json = Record<string, unknown>;

export const encoded = (part: object | Buffer): string =>
  (Buffer.isBuffer(part) ? part : Buffer.from(JSON.stringify(part))).toString('base64url');

/** What stands in a token, whoever has signed it. */
export function partsOf(jwt: string): { header: Json; claims: Json; signed: Buffer; signature: Buffer } {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const read = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
  return {
    header: read(header),
    claims: read(claims),
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** The claims, where the key of its head has signed them: by Node alone, as RFC 7515 §5.2 and RFC 8037 §3.1 have it. */
export function verifiedByHand(jwt: string, { keys }: JwkSet): Json | undefined {
  const { header, claims, signed, signature } = partsOf(jwt);
  const jwk = keys.find(({ kid }) => kid === header['kid']);
  if (!jwk || header['alg'] !== 'EdDSA') return undefined;
  const key = createPublicKey({ format: 'jwk', key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x } });
  return verify(null, signed, key, signature) ? claims : undefined;
}

/** Puts the server's clock on the time of verifiers that have no other. */
export const onRealTime = (app: TestApp): void => app.clock.forward(Date.now() - app.clock.now().getTime());
