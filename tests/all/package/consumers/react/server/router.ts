import { initTRPC } from '@trpc/server';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';

export const auth = await createAuth({ databaseUrl: 'file:./app.db', publicUrl: 'http://localhost:3000' });
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext }>().create();

export const appRouter = t.router({
  auth: auth.router,
  notes: t.procedure.concat(auth.signedIn).query(({ ctx }) => [`A note of ${ctx.auth.user.email}`]),
});
export type AppRouter = typeof appRouter;
