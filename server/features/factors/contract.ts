import * as z from 'zod';

import { instant, text } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { ceremonyToken } from '../ceremonies/contract.ts';
import { factor } from '../methods/contract.ts';
import { authenticationResponse } from '../passkeys/contract.ts';
import { recoveryCodes } from '../recovery-codes/contract.ts';
import { caller, deliver, signedIn } from '../sessions/contract.ts';
import { totpCode } from '../totp/contract.ts';

const anObject = { error: 'Must be an object of fields.' };

/**
 * The answer in the place of a session: the password was right, and one of `methods` is to be shown by
 * `factors.prove`. Without any the account has to set up an authenticator app first, by `factors.enrol`.
 */
export const factorNeeded = z.object({
  status: z.literal('factorNeeded'),
  methods: z.array(factor),
  /** For `factors.prove`, and of no other use. */
  proof: z.string(),
  expiresAt: instant,
});
export type FactorNeeded = z.infer<typeof factorNeeded>;

/** A second factor, as it is shown. */
export const givenFactor = z
  .discriminatedUnion(
    'method',
    [
      z.strictObject({ method: z.literal('totp'), code: totpCode }, anObject),
      z.strictObject({ method: z.literal('recoveryCode'), code: text }, anObject),
      z.strictObject(
        { method: z.literal('passkey'), ceremony: ceremonyToken, response: authenticationResponse },
        anObject,
      ),
    ],
    { error: 'Must have a method that there is, and what goes with it.' },
  )
  .describe('`{ method, code }`, or what a passkey has signed');
export type GivenFactor = z.infer<typeof givenFactor>;

export const proveInput = z.strictObject({ proof: ceremonyToken, factor: givenFactor, deliver }, anObject);
export type Prove = z.infer<typeof proveInput>;

export const proveOutput = signedIn.extend({
  /** With the first factor of an account; never shown again. */
  recoveryCodes: recoveryCodes.optional(),
});
export type Proved = z.infer<typeof proveOutput>;

export const proofInput = z.strictObject({ proof: ceremonyToken }, anObject);
export type ProofOnly = z.infer<typeof proofInput>;

export const verifyFactorInput = z.strictObject({ factor: givenFactor }, anObject);
export type VerifyFactor = z.infer<typeof verifyFactorInput>;

export const verifyFactorOutput = z.object({
  status: z.literal('verified'),
  session: caller.shape.session,
  /** The session's new token, for whoever sends it as a bearer token: the old one is of no use any more. */
  token: z.string().optional(),
});
export type FactorVerified = z.infer<typeof verifyFactorOutput>;

export const listFactorsOutput = z.object({
  /** Those that a login takes now; none where the password is enough. */
  methods: z.array(factor),
  /** Since when there is an authenticator app. */
  totpSince: instant.nullable(),
  /** Of ten. */
  recoveryCodesLeft: z.int(),
  /** Whether the account must have one. */
  isRequired: z.boolean(),
});
export type FactorList = z.infer<typeof listFactorsOutput>;

export const enrolRefusals = defineRefusals({
  FACTOR_ENROLLED: ['CONFLICT', 'This account has a second factor already. Show it, to sign in.'],
});
