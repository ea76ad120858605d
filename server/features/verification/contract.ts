import * as z from 'zod';

import { ownPassword } from '../../kernel/fields.ts';
import { caller } from '../sessions/contract.ts';

export const verifyInput = z.strictObject({ password: ownPassword }, { error: 'Must be an object of fields.' });
export type Verify = z.infer<typeof verifyInput>;

export const verifyOutput = z.object({
  status: z.literal('verified'),
  session: caller.shape.session,
  /** The session's new token, for whoever sends it as a bearer token: the old one is of no use any more. */
  token: z.string().optional(),
});
export type Verified = z.infer<typeof verifyOutput>;
