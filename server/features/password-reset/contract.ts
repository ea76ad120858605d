import * as z from 'zod';

import { emailAddress, linkToken, password } from '../../kernel/fields.ts';

const anObject = { error: 'Must be an object of fields.' };

export const requestInput = z.strictObject({ email: emailAddress }, anObject);
export type RequestPasswordReset = z.infer<typeof requestInput>;

export const completeInput = z.strictObject({ token: linkToken, newPassword: password }, anObject);
export type CompletePasswordReset = z.infer<typeof completeInput>;

/** Nobody is signed in by it: the new password is there to log in with. */
export const completeOutput = z.object({ status: z.literal('passwordChanged') });
