import * as z from 'zod';

import { emailAddress, password, personName } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { checkYourMail } from '../link-mails/contract.ts';
import { factorNeeded } from '../factors/contract.ts';
import { deliver, signedIn } from '../sessions/contract.ts';

const anObject = { error: 'Must be an object of fields.' };

export const registerInput = z.strictObject(
  { email: emailAddress, password, name: personName.nullish(), deliver },
  anObject,
);
export type Register = z.infer<typeof registerInput>;

/**
 * `checkYourMail` where nobody is signed in before their address is confirmed: for an address that is taken, too.
 * `factorNeeded` where everybody must have a second factor.
 */
export const registerOutput = z.discriminatedUnion('status', [signedIn, checkYourMail, factorNeeded]);
export type Registered = z.infer<typeof registerOutput>;

/** Wherever an account gets an address. */
export const addressRefusals = defineRefusals({
  EMAIL_TAKEN: ['CONFLICT', 'This e-mail address has an account already. Log in, or use another address.'],
});

export const registerRefusals = defineRefusals({
  REGISTRATION_CLOSED: ['FORBIDDEN', 'Registration is closed. Ask the operator for an account.'],
});

/** Wherever a password is set. */
export const newPasswordRefusals = defineRefusals({
  PASSWORD_TOO_SHORT: [
    'BAD_REQUEST',
    'Choose a password of at least {minimum} characters.',
    z.object({ minimum: z.number() }),
  ],
  PASSWORD_COMMON: [
    'BAD_REQUEST',
    'Choose another password: this one is among the most common, which are tried first.',
  ],
  PASSWORD_GUESSABLE: [
    'BAD_REQUEST',
    'Choose another password: this one can be guessed from the {because}, being that name, or that name and digits.',
    z.object({ because: z.enum(['email', 'product', 'host']) }),
  ],
  PASSWORD_BREACHED: [
    'BAD_REQUEST',
    'Choose another password, and change this one wherever you use it: it is in a list of stolen ones.',
  ],
});
