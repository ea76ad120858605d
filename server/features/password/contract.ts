import * as z from 'zod';

import { ownPassword, password } from '../../kernel/fields.ts';

export const changeInput = z.strictObject(
  { currentPassword: ownPassword, newPassword: password },
  { error: 'Must be an object of fields.' },
);
export type ChangePassword = z.infer<typeof changeInput>;

export const changeOutput = z.object({
  status: z.literal('passwordChanged'),
  /** The session's new token, for whoever sends it as a bearer token: the old one is of no use any more. */
  token: z.string().optional(),
});
export type PasswordChanged = z.infer<typeof changeOutput>;
