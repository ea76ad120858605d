import { z } from 'zod';

import { instant } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';

/** A person as the frontend sees them. */
export const user = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string().nullable(),
  createdAt: instant,
});
export type User = z.infer<typeof user>;

/** Who is asking, and in which session. */
export const caller = z.object({
  user,
  session: z.object({ id: z.uuid(), createdAt: instant, expiresAt: instant }),
});
export type Caller = z.infer<typeof caller>;

export const meOutput = caller.nullable();
export const logOutOutput = z.object({ status: z.literal('signedOut') });

/**
 * How the new session's token is handed over: in an HttpOnly cookie, which is the right way for a
 * browser, or once in the answer's body, for a native app or a program that sends it as a bearer token.
 */
export const deliver = z
  .enum(['cookie', 'token'], { error: 'Must be cookie or token.' })
  .default('cookie')
  .describe('`cookie` or `token`: how the session is handed over');
export type Deliver = z.infer<typeof deliver>;

/** The answer of every procedure that signs somebody in. */
export const signedIn = z.object({
  status: z.literal('signedIn'),
  user,
  /** Only with `deliver: 'token'`: send it as `Authorization: Bearer …`. It is never shown again. */
  token: z.string().optional(),
});
export type SignedIn = z.infer<typeof signedIn>;

export const sessionRefusals = defineRefusals({
  SESSION_ENDED: ['UNAUTHORIZED', 'Your session has ended. Log in again.'],
});

export const deliveryRefusals = defineRefusals({
  TOKEN_NOT_FOR_PAGES: ['FORBIDDEN', "A page on this site gets its session in a cookie. Leave out deliver: 'token'."],
});
