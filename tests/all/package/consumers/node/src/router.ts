import { initTRPC } from '@trpc/server';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';
import * as z from 'zod';

export const auth = await createAuth({
  databaseUrl: `file:${process.argv[2] ?? './app.db'}`,
  publicUrl: 'http://localhost:3000',
});
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext; startedAt: Date }>().create();
const signedInProcedure = t.procedure.concat(auth.signedIn);

export const appRouter = t.router({
  auth: auth.router,
  greeting: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => `Hello, ${input.name}`),
  notes: t.router({
    mine: signedInProcedure.query(({ ctx }) => ({ of: ctx.auth.user.email, startedAt: ctx.startedAt.toISOString() })),
  }),
});
export type AppRouter = typeof appRouter;
