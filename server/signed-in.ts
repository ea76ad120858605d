import { initTRPC } from '@trpc/server';

import type { AuthContext } from './auth-context.ts';
import { requireCaller, requireContext, withCaller } from './context.ts';
import type { CallContext } from './context.ts';
import { everyError, forHosts, refusalsOf } from './error-shapes.ts';
import type { HostRefusal } from './error-shapes.ts';
import { refuseUnlessTwoFactor, refuseUnlessVerified } from './features/assurance/service.ts';
import { assuranceRefusals, factorRefusals } from './features/sessions/contract.ts';
import type { Caller, TwoFactorCaller, VerifiedCaller } from './features/sessions/contract.ts';
import { Refusal } from './kernel/refusal.ts';
import type { RefusalShape } from './kernel/refusal-shape.ts';
import { generalRefusals } from './kernel/refusals.ts';
import { inputArrived, logRefusal, refuseForged } from './trpc.ts';

// A `t` without a type of `meta`: so it fits every host's. The host's formatter runs in the place of this
// one, which is here for its type: a builder adds our refusals to a procedure's errors, and nothing else.
const forHost = initTRPC.context<{ auth: AuthContext }>().create({
  isDev: false,
  errorFormatter: (formatted) => everyError(formatted) as RefusalShape<HostRefusal>,
});

/**
 * Where a host's own procedure starts that only somebody who is signed in may call. It is brought
 * into the host's `t` by `t.procedure.concat(auth.signedIn)`, narrows `ctx.auth` to who is asking, and
 * leaves everything else as it is: the host's context, its errors and the faults of its inputs.
 *
 * Refuses with NOT_SIGNED_IN, SESSION_ENDED, ORIGIN_REFUSED, BUSY and, where it fails, UNEXPECTED.
 */
export const signedIn = forHost.procedure.errors(forHosts).use(async ({ ctx, path, type, getRawInput, next }) => {
  const call = requireContext(ctx);
  call.reply.keepPrivate();
  const caller = await ours(call, path, async () => await callerFor(call, { type, getRawInput }));
  return await next({ ctx: { auth: withCaller(call, caller) } });
});

/**
 * The same for what only somebody may do who has shown a second factor in this session, at sign-in or
 * by `factors.verify`. Refuses with SECOND_FACTOR_NEEDED besides.
 */
export const twoFactor = signedIn.errors(refusalsOf(factorRefusals)).use(async ({ ctx, path, next }) => {
  const call = requireContext(ctx);
  const caller = await ours(
    call,
    path,
    async (): Promise<TwoFactorCaller> => await refuseUnlessTwoFactor(call, callerIn(ctx)),
  );
  return await next({ ctx: { auth: withCaller(call, caller) } });
});

const verified = signedIn.errors(refusalsOf(assuranceRefusals)).use(async ({ ctx, path, next }) => {
  const call = requireContext(ctx);
  const caller = await ours(
    call,
    path,
    async (): Promise<VerifiedCaller> => await refuseUnlessVerified(call, callerIn(ctx)),
  );
  return await next({ ctx: { auth: withCaller(call, caller) } });
});

const factorVerified = twoFactor.errors(refusalsOf(assuranceRefusals)).use(async ({ ctx, path, next }) => {
  const call = requireContext(ctx);
  const caller = await ours(
    call,
    path,
    async (): Promise<VerifiedCaller> => await refuseUnlessVerified(call, callerIn(ctx)),
  );
  return await next({ ctx: { auth: withCaller(call, { ...caller, isTwoFactor: true as const }) } });
});

/**
 * The same for what only somebody may do who has shown lately that it is them: by signing in, by
 * `sessions.verify` or by `factors.verify`; by a second factor, too, where the account has one. With
 * `factor: true` it has to have one. Refuses with VERIFY_AGAIN besides.
 */
export function recentlyVerified(asked?: { factor?: false }): typeof verified;
export function recentlyVerified(asked: { factor: true }): typeof factorVerified;
export function recentlyVerified({ factor = false }: { factor?: boolean } = {}):
  | typeof verified
  | typeof factorVerified {
  return factor ? factorVerified : verified;
}

const callerIn = ({ auth: { user, session } }: { auth: Caller }): Caller => ({ user, session });

interface Asked {
  type: 'query' | 'mutation' | 'subscription';
  getRawInput: () => Promise<unknown>;
}

async function callerFor(call: CallContext, { type, getRawInput }: Asked): Promise<Caller> {
  // A host's mutations may be as dear to its people as ours: no forged request gets to them by a cookie, nor opens a stream.
  if (type !== 'query') refuseForged(call);
  await inputArrived(getRawInput);
  return await requireCaller(call);
}

async function ours<Found extends Caller>(call: CallContext, path: string, find: () => Promise<Found>): Promise<Found> {
  return await find().catch((error: unknown) => {
    throw refusedOrUnexpected(call, path, error);
  });
}

/** What went wrong in our own part stays ours: the host's formatter would send its message. */
function refusedOrUnexpected(call: CallContext, procedure: string, error: unknown): Refusal {
  const { requestId, address } = call.request;
  if (error instanceof Refusal) {
    logRefusal(call, procedure, error);
    return error;
  }
  call.deps.log.error({ event: 'procedure.failed', requestId, address, procedure, err: error });
  return new Refusal(generalRefusals, 'UNEXPECTED', { requestId });
}
