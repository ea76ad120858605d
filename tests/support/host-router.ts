import { initTRPC } from '@trpc/server';
import superjson from 'superjson';

import type { AuthContext } from '../../server/auth-context.ts';
import { authRouter } from '../../server/router.ts';
import { recentlyVerified, signedIn } from '../../server/signed-in.ts';

const t = initTRPC.context<{ auth: AuthContext; bearer: boolean }>().create({
  transformer: superjson,
  errorFormatter: ({ shape }) => ({ ...shape, data: { ...shape.data, hostField: true } }),
});

export const hostRouter = t.router({
  auth: authRouter,
  now: t.procedure.query(() => new Date(0)),
  count: t.procedure.query(async function* count() {
    for (const number of [1, 2, 3]) yield await Promise.resolve(number);
  }),
  hasBearer: t.procedure.query(({ ctx }) => ctx.bearer),
  note: t.procedure.mutation(() => 'noted'),
  secret: t.procedure.concat(signedIn).query(() => 'secret'),
  danger: t.procedure.concat(recentlyVerified()).mutation(({ ctx }) => ctx.auth.assurance),
  broken: t.procedure.query(() => {
    throw new Error('broken');
  }),
});

export type HostRouter = typeof hostRouter;
