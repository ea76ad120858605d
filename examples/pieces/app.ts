import { initTRPC } from '@trpc/server';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';

export const auth = await createAuth({ databaseUrl: 'file:./auth.db', publicUrl: 'http://localhost:3000' });
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext }>().create();
const signedInProcedure = t.procedure.concat(auth.signedIn);

export const appRouter = t.router({
  auth: auth.router,
  myEmail: signedInProcedure.query(({ ctx }) => ctx.auth.user.email),
});
export type AppRouter = typeof appRouter;
