import { initTRPC } from '@trpc/server';
import { authRouter } from 'bare-router';

const t = initTRPC.create();
const router = t.router({
  auth: authRouter,
  notes: t.procedure.query(() => ['A note']),
});
export type HostRouter = typeof router;
