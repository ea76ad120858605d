import * as z from 'zod';

import { instant, personName, text } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { ceremonyToken } from '../ceremonies/contract.ts';
import { recoveryCodes } from '../recovery-codes/contract.ts';

const anObject = { error: 'Must be an object of fields.' };

/** Of one account: more have lost their use. */
export const mostPasskeys = 10;

const base64url = (most: number) =>
  z
    .string({ error: 'Must be text.' })
    .max(most, { error: 'Is too long.', abort: true })
    .regex(/^[\w-]+$/, 'Must be base64url.');

/** 1023 bytes (WebAuthn 3 §4). */
const credentialId = base64url(1364);
const publicKey = { type: z.literal('public-key') };
const transport = z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);
const descriptors = z.array(z.object({ ...publicKey, id: z.string(), transports: z.array(transport).optional() }));

// What browsers make, who may add to it: what is not needed is left out, and not refused.
const ofBrowser = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape, anObject);

/** What `navigator.credentials.create` has made, in WebAuthn's JSON form (WebAuthn 3 §5.1). */
export const registrationResponse = ofBrowser({
  ...publicKey,
  id: credentialId,
  rawId: credentialId,
  response: ofBrowser({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(20_000),
    transports: z.array(text).max(20).optional(),
  }),
}).describe('what the browser has made of `options`, in JSON');

/** What `navigator.credentials.get` has signed. */
export const authenticationResponse = ofBrowser({
  ...publicKey,
  id: credentialId,
  rawId: credentialId,
  response: ofBrowser({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(4000),
    userHandle: base64url(200).nullish(),
  }),
}).describe('what the browser has signed of `options`, in JSON');
export type AuthenticationResponse = z.infer<typeof authenticationResponse>;

/** For `navigator.credentials.create`, by @simplewebauthn/browser's startRegistration or `parseCreationOptionsFromJSON`. */
export const passkeyOffer = z.object({
  status: z.literal('passkeyOffered'),
  ceremony: z.string(),
  expiresAt: instant,
  options: z.object({
    rp: z.object({ name: z.string(), id: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.object({ ...publicKey, alg: z.number() })),
    timeout: z.number(),
    excludeCredentials: descriptors,
    authenticatorSelection: z.object({
      residentKey: z.literal('preferred'),
      requireResidentKey: z.boolean(),
      userVerification: z.literal('preferred'),
    }),
    attestation: z.literal('none'),
  }),
});
export type PasskeyOffer = z.input<typeof passkeyOffer>;

/** For `navigator.credentials.get`. */
export const passkeyAsked = z.object({
  status: z.literal('passkeyAsked'),
  ceremony: z.string(),
  expiresAt: instant,
  options: z.object({
    challenge: z.string(),
    rpId: z.string(),
    timeout: z.number(),
    userVerification: z.enum(['required', 'preferred']),
    allowCredentials: descriptors.optional(),
  }),
});
export type PasskeyAsked = z.input<typeof passkeyAsked>;

export const passkey = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: instant,
  /** `null` until it was used. */
  lastUsedAt: instant.nullable(),
});
export type Passkey = z.infer<typeof passkey>;

export const registerInput = z.strictObject(
  { ceremony: ceremonyToken, response: registrationResponse, name: personName.nullish() },
  anObject,
);
export type RegisterPasskey = z.infer<typeof registerInput>;

export const registerOutput = z.object({
  status: z.literal('passkeyAdded'),
  passkey,
  /** With the first factor of an account; never shown again. */
  recoveryCodes: recoveryCodes.optional(),
  /** The session's new token, for whoever sends it as a bearer token. */
  token: z.string().optional(),
});
export type PasskeyAdded = z.infer<typeof registerOutput>;

/** The oldest first. */
export const listOutput = z.object({ passkeys: z.array(passkey) });

const passkeyId = z.uuid({ error: 'Must be the id of a passkey.' }).toLowerCase().describe('the `id` of a passkey');

export const renameInput = z.strictObject({ id: passkeyId, name: personName }, anObject);
export type RenamePasskey = z.infer<typeof renameInput>;
export const renameOutput = z.object({ passkey });

export const removeInput = z.strictObject({ id: passkeyId }, anObject);
export type RemovePasskey = z.infer<typeof removeInput>;
export const removeOutput = z.object({
  status: z.literal('passkeyRemoved'),
  /** The session's new token, for whoever sends it as a bearer token. */
  token: z.string().optional(),
});
export type PasskeyRemoved = z.infer<typeof removeOutput>;

/** Wherever one is made or used. */
/** Wherever one is asked for or looked at. */
export const passkeyRefusals = defineRefusals({
  PASSKEYS_NOT_CONFIGURED: [
    'NOT_IMPLEMENTED',
    'This server takes no passkeys. Its operator has to give APP_URL a name, in place of an IP address.',
  ],
});

export const wrongPasskeyRefusals = defineRefusals({
  PASSKEY_REFUSED: ['FORBIDDEN', 'This passkey is not one of this site, or it is not yours. Begin again.'],
});

export const newPasskeyRefusals = defineRefusals({
  PASSKEY_KNOWN: ['CONFLICT', 'This passkey is registered already.'],
  TOO_MANY_PASSKEYS: [
    'CONFLICT',
    'You have {most} passkeys, and more are not possible. Remove one first.',
    z.object({ most: z.number() }),
  ],
});
