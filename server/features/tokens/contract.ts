import * as z from 'zod';

import { instant, text } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';

export const issueInput = z
  .strictObject(
    {
      audience: text.optional().describe('one of `TOKEN_AUDIENCE`; needed where there are several'),
    },
    { error: 'Must be an object of fields.' },
  )
  .prefault({});
export type IssueToken = z.infer<typeof issueInput>;

export const issueOutput = z.object({
  /** Not called `token`, which is a session's: clients keep that one, and send it here. */
  jwt: z.string(),
  expiresAt: instant,
});
export type IssuedToken = z.infer<typeof issueOutput>;

/** Wherever a token for another service is made. */
export const tokenRefusals = defineRefusals({
  TOKENS_NOT_CONFIGURED: [
    'NOT_IMPLEMENTED',
    'This server makes no tokens for other services. Its operator has to set TOKEN_AUDIENCE.',
  ],
  AUDIENCE_UNKNOWN: ['BAD_REQUEST', 'Name one of the audiences that this server makes tokens for.'],
});
