import { initTRPC } from '@trpc/server';

import type { AuthContext } from './auth-context.ts';
import { contextOf } from './context.ts';
import { everyError } from './error-shapes.ts';
import type { ProcedureMeta } from './kernel/procedure-meta.ts';
import { Refusal } from './kernel/refusal.ts';
import { generalRefusals } from './kernel/refusals.ts';

const t = initTRPC
  .context<{ auth: AuthContext }>()
  .meta<ProcedureMeta>()
  .create({ isDev: false, errorFormatter: everyError });

export const router = t.router;

/** Where every procedure of ours starts: its errors are shaped, its origin is judged, and changes are counted. */
export const publicProcedure = t.procedure.errors(everyError).use(async ({ ctx, type, path, next }) => {
  const context = contextOf(ctx);
  if (!context) throw new Error('ctx.auth was not made by createContext of this Latchkey');

  // Here and not in front of the router, so that no spelling of a URL and no host's adapter gets around it.
  if (type === 'mutation' && !context.request.mayChange) {
    context.deps.log.warn({ event: 'origin.refused', requestId: context.request.requestId, procedure: path });
    throw new Refusal(generalRefusals, 'ORIGIN_REFUSED');
  }

  if (type === 'mutation') await context.deps.limiter.change(context.request.address);

  return await next({ ctx: context });
});
