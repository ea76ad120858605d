import * as z from 'zod';

import { emailAddress, ownPassword } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { factorNeeded } from '../factors/contract.ts';
import { deliver, signedIn } from '../sessions/contract.ts';

export const logInInput = z.strictObject(
  { email: emailAddress, password: ownPassword, deliver },
  { error: 'Must be an object of fields.' },
);
export type LogIn = z.infer<typeof logInInput>;

/** `factorNeeded` where the password is not enough: go on with `factors.prove`. */
export const logInOutput = z.discriminatedUnion('status', [signedIn, factorNeeded]);
export type LoggedIn = z.infer<typeof logInOutput>;

export const logInRefusals = defineRefusals({
  WRONG_CREDENTIALS: ['UNAUTHORIZED', 'Invalid credentials'],
});

/** Of whoever has proved that the account is theirs. */
export const disabledRefusals = defineRefusals({
  ACCOUNT_DISABLED: ['FORBIDDEN', 'This account is disabled. Ask the operator.'],
});

/** Wherever somebody who is signed in shows their password again. */
export const passwordRefusals = defineRefusals({
  WRONG_PASSWORD: ['FORBIDDEN', 'This is not the password of your account.'],
});
