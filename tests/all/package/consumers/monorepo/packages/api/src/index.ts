import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { createAuth } from 'latchkey/server';
import type { Auth, AuthContext } from 'latchkey/server';

export const auth: Auth = await createAuth({ databaseUrl: 'file:./app.db', publicUrl: 'http://localhost:3000' });
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext }>().create();

const appRouter = t.router({
  auth: auth.router,
  myEmail: t.procedure.concat(auth.signedIn).query(({ ctx }) => ctx.auth.user.email),
});
export type AppRouter = typeof appRouter;

export const server: ReturnType<typeof createHTTPServer> = createHTTPServer({
  router: appRouter,
  basePath: '/trpc/',
  createContext: auth.createContext,
});
