import * as z from 'zod';

import { emailAddress, linkToken } from '../../kernel/fields.ts';

const anObject = { error: 'Must be an object of fields.' };

export const resendInput = z.strictObject({ email: emailAddress }, anObject);
export type Resend = z.infer<typeof resendInput>;

export const changeEmailInput = z.strictObject({ email: emailAddress }, anObject);
export type ChangeEmail = z.infer<typeof changeEmailInput>;

/** Of whatever a link of these mails leads to. */
export const tokenInput = z.strictObject({ token: linkToken }, anObject);
export type FromLink = z.infer<typeof tokenInput>;

/** The session's new token, where it was sent as a bearer token and is of the account: the old one is of no use any more. */
const token = z.string().optional();

export const verifyOutput = z.object({ status: z.literal('emailVerified'), token });
export const confirmChangeOutput = z.object({ status: z.literal('emailChanged'), token });
/** Nobody is signed in any more, and the next mail sets a new password. */
export const undoChangeOutput = z.object({ status: z.literal('emailRestored') });
