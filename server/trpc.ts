import { initTRPC, TRPCError } from '@trpc/server';

import type { AuthContext } from './auth-context.ts';
import { requireContext } from './context.ts';
import type { CallContext } from './context.ts';
import { everyError, reasonOf } from './error-shapes.ts';
import { seconds } from './kernel/clock.ts';
import type { ProcedureMeta } from './kernel/procedure-meta.ts';
import { Refusal } from './kernel/refusal.ts';
import { generalRefusals } from './kernel/refusals.ts';

// Two pings before a proxy or our own server takes the connection for dead, and two before the client does.
const sse = {
  ping: { enabled: true, intervalMs: seconds(15) },
  client: { reconnectAfterInactivityMs: seconds(40) },
};

const t = initTRPC
  .context<{ auth: AuthContext }>()
  .meta<ProcedureMeta>()
  .create({ isDev: false, errorFormatter: everyError, sse });

export const router = t.router;

/** Where every procedure of ours starts: errors are shaped, refusals logged, calls timed, the origin judged and changes counted. */
export const publicProcedure = t.procedure
  .errors(everyError)
  .use(async ({ ctx, path, next }) => {
    const context = requireContext(ctx);
    context.reply.keepPrivate();
    const ended = context.deps.metrics.call(path);
    const result = await next({ ctx: context });
    ended(result.ok ? 'done' : reasonOf(result.error));
    if (!result.ok && result.error instanceof Refusal) logRefusal(context, path, result.error);
    return result;
  })
  .use(async ({ ctx, type, getRawInput, next }) => {
    // A stream holds a connection, and nobody sees who has opened it.
    if (type === 'subscription') refuseForged(ctx);
    if (type !== 'mutation') return await next();
    await admitChange(ctx);
    return await next({ getRawInput: async () => await getRawInput().catch((error: unknown) => noInput(ctx, error)) });
  });

/** tRPC 11.22 takes an empty body for malformed JSON; later ones, and so we, for no input. */
function noInput({ request }: Pick<CallContext, 'request'>, error: unknown): undefined {
  const isEmpty = request.saysNoBody && error instanceof TRPCError && error.cause instanceof SyntaxError;
  if (!isEmpty) throw error;
}

/**
 * Waits until the whole input is there. Who is asking is looked at after that: a body may be kept back for
 * as long as a connection lives, and the session end meanwhile. What is wrong with it is left to its parser.
 */
export async function inputArrived(getRawInput: () => Promise<unknown>): Promise<void> {
  await getRawInput().catch(() => undefined);
}

/** @throws Refusal ORIGIN_REFUSED */
export function refuseForged({ request }: Pick<CallContext, 'request'>): void {
  if (!request.mayChange) throw new Refusal(generalRefusals, 'ORIGIN_REFUSED');
}

// Here and not in front of the router, so that no spelling of a URL and no host's adapter gets around it.
async function admitChange({ deps, request }: Pick<CallContext, 'deps' | 'request'>): Promise<void> {
  refuseForged({ request });
  // Streaming link, streaming trouble: the cookie could not be set after the change was made.
  if (request.isStreamed) throw new TRPCError({ code: 'PRECONDITION_FAILED' });
  await deps.limiter.change(request.address);
}

/** One entry for each refusal, ours or that of a host's procedure behind `signedIn`. */
export function logRefusal({ deps, request }: CallContext, procedure: string, { refusal, cause }: Refusal): void {
  const { requestId, address } = request;
  const { reason } = refusal;
  deps.log.info({ event: 'procedure.refused', requestId, address, procedure, reason, cause: cause?.message });
}
