import { createPrivateKey, sign } from 'node:crypto';

import { expect } from 'vitest';

import { createVerifier } from '../../examples/verify-token.ts';
import { createSealedBox } from '../../server/kernel/sealed-box.ts';
import { randomness } from '../../server/kernel/token.ts';
import { signIn } from './people.ts';
import { testApp } from './test-app.ts';
import type { TestApp } from './test-app.ts';
import { audience, encoded, issued, issuer, onRealTime, partsOf, withTokens } from './tokens.ts';

const sealing = randomness(32);
const options = { env: { ...withTokens.env, ENCRYPTION_KEYS: sealing.toString('base64') } };

export type Json = Record<string, unknown>;
export type Sign = (signed: Buffer) => Buffer;

/** Puts a token together as an attacker does, whatever anybody thinks of it. */
export function forged(header: Json, claims: Json, signing: Sign): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${encoded(signing(Buffer.from(signed)))}`;
}

export const unsigned: Sign = () => Buffer.alloc(0);

/** A server whose time is that of the verifier, somebody there with a token, and the verification of the documentation. */
export async function service(settings: Record<string, string> = {}) {
  const app = await testApp({ env: { ...options.env, ...settings } });
  onRealTime(app);
  const person = await signIn(app);
  const jwt = await issued(app, person, settings['TOKEN_AUDIENCE'] ? { audience } : {});
  const userOf = createVerifier({ issuer, audience, keysAt: app.url });
  expect(await userOf(jwt)).toBe(person.userId);
  const isTaken = async (token: string): Promise<boolean> =>
    await userOf(token).then(
      () => true,
      () => false,
    );
  return {
    app,
    person,
    jwt,
    isTaken,
    ...partsOf(jwt),
    [Symbol.asyncDispose]: async () => await app[Symbol.asyncDispose](),
  };
}

/** The real key: what is refused though it has signed is refused for what it says. */
export async function realKey(app: TestApp): Promise<Sign> {
  const { orm, tables } = await app.db();
  const [row] = await orm.select().from(tables.signingKeys);
  if (!row) throw new Error('There is no key');
  const seed = createSealedBox([sealing]).open(row.privateKeyCiphertext, `signing key ${row.id}`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: row.publicKey.toString('base64url'), d: seed.toString('base64url') };
  const key = createPrivateKey({ format: 'jwk', key: jwk });
  return (signed) => sign(null, signed, key);
}
