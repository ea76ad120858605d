import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';

const auth = await createAuth({ databaseUrl: 'file:./auth.db', publicUrl: 'http://localhost:3000' });
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext }>().create();
const signedIn = t.procedure.concat(auth.signedIn);

const appRouter = t.router({
  auth: auth.router,
  greeting: signedIn.query(({ ctx }) => `Hello ${ctx.auth.user.email}`),
});
export type AppRouter = typeof appRouter;

const server = createHTTPServer({ router: appRouter, createContext: auth.createContext, basePath: '/trpc/' });
server.on('error', ({ message }) => {
  console.error(message); // such as a port that somebody has
  process.exit(1);
});
server.listen(3000, '127.0.0.1', () => console.log('http://localhost:3000'));
process.once('SIGTERM', () => {
  server.close();
  void auth.close().then(() => server.closeIdleConnections());
});
