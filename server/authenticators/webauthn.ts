import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import * as z from 'zod';

import { isSoundKey } from './cose-key.ts';

// Loaded with the first passkey: it takes its time, and most requests need none of it.
const library = async () => await import('@simplewebauthn/server');
const readers = async () => await import('@simplewebauthn/server/helpers');

/** EdDSA, ES256 and RS256, as COSE numbers them. */
const algorithms = [-8, -7, -257];

const timeout = 300_000;

/** What a browser reaches an authenticator by; what is unknown is left out. */
export const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
export type Transport = (typeof transports)[number];

/** A credential, as far as a browser has to know it. */
export interface Known {
  id: string;
  transports: Transport[];
}

/** What a browser makes a passkey by. */
export async function creationOptions({
  rpId,
  challenge,
  user,
  known,
}: {
  rpId: string;
  challenge: Buffer;
  user: { id: string; email: string };
  known: Known[];
}): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library();
  return await generateRegistrationOptions({
    rpName: rpId,
    rpID: rpId,
    userID: handleOf(user.id),
    userName: user.email,
    userDisplayName: user.email,
    challenge: new Uint8Array(challenge),
    timeout,
    attestationType: 'none',
    excludeCredentials: known,
    // Whatever there is: a security key without either serves as a second factor, and any other alone.
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    supportedAlgorithmIDs: algorithms,
  });
}

/** What a browser uses one by: any that it has for the site, or one of those that are known. */
export async function requestOptions({
  rpId,
  challenge,
  known,
}: {
  rpId: string;
  challenge: Buffer;
  known?: Known[];
}): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return await generateAuthenticationOptions({
    rpID: rpId,
    challenge: new Uint8Array(challenge),
    timeout,
    // Where it stands alone it has to make sure who is there (ASVS 6.3.3).
    userVerification: known ? 'preferred' : 'required',
    ...(known && { allowCredentials: known }),
  });
}

/** What an answer has to be made for. */
export interface Expected {
  rpId: string;
  challenge: string;
  isOurs: (origin: string) => boolean;
}

/** A new credential, to be stored. */
export interface NewCredential {
  credentialId: string;
  publicKey: Buffer;
  signCount: number;
}

/** The credential that was made, or `undefined` where the answer is not what was asked for. */
export async function checkRegistration(
  response: RegistrationResponseJSON,
  { rpId, challenge, isOurs }: Expected,
): Promise<NewCredential | undefined> {
  const origin = originIn(response.response.clientDataJSON);
  if (origin === undefined || !isOurs(origin)) return undefined;
  const { verifyRegistrationResponse } = await library();
  const expected = { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId };
  const verified = await refused(async () =>
    verifyRegistrationResponse({
      response: await withoutAttestation(response),
      ...expected,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    }),
  );
  if (!verified?.verified) return undefined;
  const { id, publicKey, counter } = verified.registrationInfo.credential;
  const { decodeCredentialPublicKey } = await readers();
  if (id !== response.id || id.length > longestId || !isSoundKey(decodeCredentialPublicKey(publicKey)))
    return undefined;
  return { credentialId: id, publicKey: Buffer.from(publicKey), signCount: counter };
}

/** 1,023 bytes in base64url (WebAuthn 3 §4). */
const longestId = 1364;

/**
 * Leaves out by whom an authenticator was made. It is not asked for, and to look at it the library would fetch what
 * the answer names, from wherever.
 */
async function withoutAttestation(answer: RegistrationResponseJSON): Promise<RegistrationResponseJSON> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await readers();
  const { response } = answer;
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject)).get('authData');
  const bare = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, string>()],
    ['authData', authData],
  ]);
  return { ...answer, response: { ...response, attestationObject: isoBase64URL.fromBuffer(isoCBOR.encode(bare)) } };
}

/** A credential as it is stored, and whose it is. */
export interface StoredCredential {
  userId: string;
  credentialId: string;
  publicKey: Buffer;
}

/** What was signed, or `undefined` where the answer is not what was asked for. Its counter is compared by whoever stores it. */
export async function checkAssertion(
  response: AuthenticationResponseJSON,
  { userId, credentialId, publicKey }: StoredCredential,
  { rpId, challenge, isOurs, needsVerification }: Expected & { needsVerification: boolean },
): Promise<{ signCount: number; isVerified: boolean } | undefined> {
  const origin = originIn(response.response.clientDataJSON);
  const { userHandle } = response.response;
  // Where nobody has said before who they are, the authenticator does (WebAuthn 3 §7.2, step 6).
  const isTheirs =
    userHandle === undefined ? !needsVerification : Buffer.from(userHandle, 'base64url').equals(handleOf(userId));
  if (origin === undefined || !isOurs(origin) || !isTheirs) return undefined;
  const { verifyAuthenticationResponse } = await library();
  const expected = { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId };
  const credential = { id: credentialId, publicKey: new Uint8Array(publicKey), counter: 0 };
  const verified = await refused(async () =>
    verifyAuthenticationResponse({ response, ...expected, credential, requireUserVerification: needsVerification }),
  );
  if (!verified?.verified) return undefined;
  const { newCounter: signCount, userVerified: isVerified } = verified.authenticationInfo;
  return { signCount, isVerified };
}

/** The library throws at whatever is wrong with an answer. */
async function refused<Result>(check: () => Promise<Result>): Promise<Result | undefined> {
  return await check().catch(() => undefined);
}

/** By which an authenticator knows whose it is: the user's id, and nothing personal. */
const handleOf = (userId: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(userId);

/** The page that asked, as the browser has written it; what it signed over is checked by the library. None in a frame of another site. */
function originIn(clientDataJSON: string): string | undefined {
  try {
    // Strictly: what two readers may read differently is what no browser writes.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return clientData.parse(JSON.parse(decoder.decode(Buffer.from(clientDataJSON, 'base64url')))).origin;
  } catch {
    return undefined;
  }
}

/** What of it is looked at here (WebAuthn 3 §5.8.1). */
const clientData = z.object({
  origin: z.string(),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
});
