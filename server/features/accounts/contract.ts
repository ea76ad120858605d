import { z } from 'zod';

import { emailAddress, password, personName } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { deliver } from '../sessions/contract.ts';

const anObject = { error: 'Must be an object of fields.' };

export const registerInput = z.strictObject(
  { email: emailAddress, password, name: personName.nullish(), deliver },
  anObject,
);
export type Register = z.infer<typeof registerInput>;

export const registerRefusals = defineRefusals({
  EMAIL_TAKEN: ['CONFLICT', 'This e-mail address has an account already. Log in, or use another address.'],
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
});

export const logInInput = z.strictObject({ email: emailAddress, password, deliver }, anObject);
export type LogIn = z.infer<typeof logInInput>;

export const logInRefusals = defineRefusals({
  WRONG_CREDENTIALS: ['UNAUTHORIZED', 'Invalid credentials'],
});
