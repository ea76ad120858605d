import { initTRPC, TRPCError } from '@trpc/server';

import type { AuthContext } from './auth-context.ts';
import { contextOf } from './context.ts';
import type { CallContext } from './context.ts';
import { everyError, reasonOf } from './error-shapes.ts';
import type { ProcedureMeta } from './kernel/procedure-meta.ts';
import { Refusal } from './kernel/refusal.ts';
import { generalRefusals } from './kernel/refusals.ts';

const t = initTRPC
  .context<{ auth: AuthContext }>()
  .meta<ProcedureMeta>()
  .create({ isDev: false, errorFormatter: everyError });

export const router = t.router;

/** Where every procedure of ours starts: errors are shaped, refusals logged, calls timed, the origin judged and changes counted. */
export const publicProcedure = t.procedure
  .errors(everyError)
  .use(async ({ ctx, path, next }) => {
    const context = contextOf(ctx);
    if (!context) throw new Error('ctx.auth was not made by createContext of this Latchkey');
    const ended = context.deps.metrics.call(path);
    const result = await next({ ctx: context });
    ended(result.ok ? 'done' : reasonOf(result.error));
    if (!result.ok && result.error instanceof Refusal) logRefusal(context, path, result.error);
    return result;
  })
  .use(async ({ ctx, type, next }) => {
    if (type === 'mutation') await admitChange(ctx);
    return await next();
  });

// Here and not in front of the router, so that no spelling of a URL and no host's adapter gets around it.
async function admitChange({ deps, request }: Pick<CallContext, 'deps' | 'request'>): Promise<void> {
  if (!request.mayChange) throw new Refusal(generalRefusals, 'ORIGIN_REFUSED');
  // Streaming link, streaming trouble: the cookie could not be set after the change was made.
  if (request.isStreamed) throw new TRPCError({ code: 'PRECONDITION_FAILED' });
  await deps.limiter.change(request.address);
}

function logRefusal({ deps, request }: CallContext, procedure: string, { refusal }: Refusal): void {
  const { requestId, address } = request;
  deps.log.info({ event: 'procedure.refused', requestId, address, procedure, reason: refusal.reason });
}
