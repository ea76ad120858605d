import { initTRPC } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';
import { z } from 'zod';

const port = Number(process.env['PORT'] ?? 3000);

const auth = await createAuth({ databaseUrl: 'file:./auth.db', publicUrl: `http://localhost:${port}` });
auth.on('user.registered', ({ userId }) => console.log('Welcome', userId));
await auth.migrate();

const t = initTRPC.context<{ auth: AuthContext }>().create();
const signedIn = t.procedure.concat(auth.signedIn);

// In memory, by the id of whose they are: an app of yours has a table for them.
const notes = new Map<string, string[]>();

const appRouter = t.router({
  auth: auth.router,
  notes: t.router({
    list: signedIn.query(({ ctx }) => notes.get(ctx.auth.user.id) ?? []),
    add: signedIn.input(z.object({ text: z.string().trim().min(1).max(200) })).mutation(({ ctx, input }) => {
      notes.set(ctx.auth.user.id, [...(notes.get(ctx.auth.user.id) ?? []), input.text]);
    }),
  }),
});
export type AppRouter = typeof appRouter;

const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext: auth.createContext }));
app.use(express.static('web/dist'));
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`Listening on http://localhost:${port}`);
});

process.once('SIGTERM', () => {
  // Nobody new; then the streams end, and what is under way is answered.
  server.close();
  void auth.close().then(() => server.closeIdleConnections());
});
