import { initTRPC } from '@trpc/server';
import type { AuthContext } from 'latchkey/server';

import { auth } from './auth';

const t = initTRPC.context<{ auth: AuthContext }>().create();

export const appRouter = t.router({
  auth: auth.router,
  myEmail: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.auth.user.email),
});
export type AppRouter = typeof appRouter;
