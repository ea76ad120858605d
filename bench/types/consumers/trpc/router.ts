// The floor: the same inputs and answers, without refusals, a context or anything else of ours.
import { initTRPC } from '@trpc/server';
import { z } from 'zod';

const t = initTRPC.create();

const user = z.object({ id: z.string(), email: z.string(), name: z.nullable(z.string()), createdAt: z.string() });
const session = z.object({ id: z.string(), createdAt: z.string(), expiresAt: z.string() });
const signedIn = z.object({ status: z.literal('signedIn'), user, token: z.optional(z.string()) });
const checkYourMail = z.object({ status: z.literal('checkYourMail') });
const renewed = z.optional(z.string());
const credentials = z.object({
  email: z.string(),
  password: z.string(),
  deliver: z.optional(z.enum(['cookie', 'token'])),
});
const answerer = (): never => {
  throw new Error('Only compiled.');
};

export const authRouter = t.router({
  register: t.procedure
    .input(credentials.extend({ name: z.nullish(z.string()) }))
    .output(z.discriminatedUnion('status', [signedIn, checkYourMail]))
    .mutation(answerer),
  login: t.procedure.input(credentials).output(signedIn).mutation(answerer),
  logout: t.procedure.output(z.object({ status: z.literal('signedOut') })).mutation(answerer),
  me: t.procedure.output(z.nullable(z.object({ user, session }))).query(answerer),
  email: {
    resend: t.procedure
      .input(z.object({ email: z.string() }))
      .output(checkYourMail)
      .mutation(answerer),
    verify: t.procedure
      .input(z.object({ token: z.string() }))
      .output(z.object({ status: z.literal('emailVerified'), token: renewed }))
      .mutation(answerer),
    change: t.procedure
      .input(z.object({ email: z.string() }))
      .output(checkYourMail)
      .mutation(answerer),
    confirmChange: t.procedure
      .input(z.object({ token: z.string() }))
      .output(z.object({ status: z.literal('emailChanged'), token: renewed }))
      .mutation(answerer),
    undoChange: t.procedure
      .input(z.object({ token: z.string() }))
      .output(z.object({ status: z.literal('emailRestored') }))
      .mutation(answerer),
  },
  passwordReset: {
    request: t.procedure
      .input(z.object({ email: z.string() }))
      .output(checkYourMail)
      .mutation(answerer),
    complete: t.procedure
      .input(z.object({ token: z.string(), newPassword: z.string() }))
      .output(z.object({ status: z.literal('passwordChanged') }))
      .mutation(answerer),
  },
});

export const appRouter = t.router({ auth: authRouter });
export type AppRouter = typeof appRouter;
