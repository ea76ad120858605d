import * as z from 'zod';

import { text } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { recoveryCodes } from '../recovery-codes/contract.ts';

/** What an app shows; blanks in it do not count. */
export const totpCode = text
  .transform((written) => written.replaceAll(/\s/g, ''))
  .refine((code) => /^[0-9]{6}$/.test(code), 'Must be the six digits that the app shows.')
  .describe('six digits');

/** What an authenticator app takes, in three forms. It counts once a code of it was shown. */
export const totpOffer = z.object({
  status: z.literal('totpOffered'),
  /** For a link that opens the app on the same device. */
  uri: z.string(),
  /** The same as a picture to scan, a whole SVG. */
  qr: z.string(),
  /** To be typed in, base32. */
  secret: z.string(),
});
export type TotpOffer = z.infer<typeof totpOffer>;

export const confirmInput = z.strictObject({ code: totpCode }, { error: 'Must be an object of fields.' });
export type ConfirmTotp = z.infer<typeof confirmInput>;

export const confirmOutput = z.object({
  status: z.literal('totpEnabled'),
  /** With the first factor of an account; never shown again. */
  recoveryCodes: recoveryCodes.optional(),
  /** The session's new token, for whoever sends it as a bearer token. */
  token: z.string().optional(),
});
export type TotpConfirmed = z.infer<typeof confirmOutput>;

export const disableOutput = z.object({
  status: z.literal('totpDisabled'),
  /** The session's new token, for whoever sends it as a bearer token. */
  token: z.string().optional(),
});
export type TotpDisabled = z.infer<typeof disableOutput>;

/** Wherever the seed of an app is made or read. */
export const totpRefusals = defineRefusals({
  TOTP_NOT_CONFIGURED: [
    'NOT_IMPLEMENTED',
    'This server takes no authenticator apps until its operator sets ENCRYPTION_KEYS; .env.example says how to make one.',
  ],
});

/** Wherever a second factor is shown. */
export const wrongFactorRefusals = defineRefusals({
  FACTOR_WRONG: ['FORBIDDEN', 'This is not right, or was used before.'],
  FACTOR_LOCKED: [
    'FORBIDDEN',
    'Too many wrong codes of the app, one after the other. Use another factor, or ask the operator.',
  ],
});

/** Wherever one is named. */
export const unknownFactorRefusals = defineRefusals({
  FACTOR_UNKNOWN: ['NOT_FOUND', 'You have no such factor. It may be removed already.'],
});

/** Wherever one is removed. */
export const removalRefusals = defineRefusals({
  FACTOR_REQUIRED: ['CONFLICT', 'Your account must have a second factor. Add another one before you remove this.'],
});
