import { initTRPC } from '@trpc/server';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';

const auth = await createAuth({ databaseUrl: 'file:./auth.db', publicUrl: 'http://localhost:3000' });

const t = initTRPC.context<{ auth: AuthContext }>().create();
const router = t.router({
  auth: auth.router,
  notes: t.procedure.query(() => ['A note']),
});
export type HostRouter = typeof router;
