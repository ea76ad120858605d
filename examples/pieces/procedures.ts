import { initTRPC } from '@trpc/server';
import type { AuthContext, RecentlyVerifiedContext } from 'latchkey/server';

import { auth } from './app.ts';

const t = initTRPC.context<{ auth: AuthContext }>().create({
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
});
const signedInProcedure = t.procedure.concat(auth.signedIn);

const verifiedProcedure = t.procedure.concat(auth.recentlyVerified());
const deleteNotes = verifiedProcedure.mutation(({ ctx }) => deleteAllOf(ctx.auth));

async function deleteAllOf({ user }: RecentlyVerifiedContext): Promise<void> {
  notes.delete(user.id);
}

const payingProcedure = t.procedure.concat(auth.twoFactor);
const closingProcedure = t.procedure.concat(auth.recentlyVerified({ factor: true }));

const news = signedInProcedure.subscription(async function* ({ ctx, signal }) {
  yield* auth.whileSignedIn(ctx, newsFor(ctx.auth.user.id, signal));
});

/** An app of yours has a table for them. */
const notes = new Map<string, string[]>();

async function* newsFor(userId: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  if (!signal?.aborted) yield `Nothing new for ${userId}`;
}

export const appRouter = t.router({
  auth: auth.router,
  news,
  deleteNotes,
  pay: payingProcedure.mutation(() => 'paid'),
  close: closingProcedure.mutation(() => 'closed'),
});
