import * as z from 'zod';

import { instant } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { factor, method } from '../methods/contract.ts';

/** A person as the frontend sees them. */
export const user = z.object({
  id: z.uuid(),
  email: z.string(),
  /** Whether it was proved that they read what is sent to it. */
  emailVerified: z.boolean(),
  name: z.string().nullable(),
  /** The language that they have chosen, such as `de`; `null` while the browser's decides. */
  locale: z.string().nullable(),
  createdAt: instant,
});
export type User = z.infer<typeof user>;

/** Who is asking, and in which session. */
export const caller = z.object({
  user,
  session: z.object({
    id: z.uuid(),
    createdAt: instant,
    /** What was shown in it, at sign-in or later. */
    factors: z.array(method),
    /** When it was last proved who is there, by a password or a passkey: at sign-in, or later. */
    verifiedAt: instant,
    /** When a second factor was last shown; `null` where none was. */
    factorVerifiedAt: instant.nullable(),
    expiresAt: instant,
  }),
});
export type Caller = z.infer<typeof caller>;

/**
 * A caller of whom it was proved lately that it is them. A service that needs that asks for this type, so
 * that a procedure which forgets to ask does not compile.
 */
export type VerifiedCaller = Caller & { readonly assurance: 'recentlyVerified' };

/** A caller who has shown more than a password in this session. */
export type TwoFactorCaller = Caller & { readonly isTwoFactor: true };

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

/** Of a host's procedures that only somebody who is signed in may call. */
export const callerRefusals = defineRefusals({
  NOT_SIGNED_IN: ['UNAUTHORIZED', 'Log in first.'],
});

/** Of what only somebody may do who has shown lately that it is them. */
export const assuranceRefusals = defineRefusals({
  VERIFY_AGAIN: [
    'FORBIDDEN',
    'Show that it is you by one of the methods: call sessions.verify with a password or factors.verify with any other, and then this again.',
    z.object({ methods: z.array(method) }),
  ],
});

/** Of what only somebody may do who has shown a second factor. */
export const factorRefusals = defineRefusals({
  SECOND_FACTOR_NEEDED: [
    'FORBIDDEN',
    'This needs a second factor. Show one by factors.verify, or set one up where the account has none.',
    z.object({ methods: z.array(factor) }),
  ],
});

export const deliveryRefusals = defineRefusals({
  TOKEN_NOT_FOR_PAGES: ['FORBIDDEN', "A page on this site gets its session in a cookie. Leave out deliver: 'token'."],
});
