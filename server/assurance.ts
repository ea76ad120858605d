import { refusalsOf } from './error-shapes.ts';
import { assuranceRefusals, callerRefusals, sessionRefusals } from './features/sessions/contract.ts';
import type { Caller } from './features/sessions/contract.ts';
import { refuseUnlessVerified } from './features/assurance/service.ts';
import { requireCaller } from './context.ts';
import { inputArrived, publicProcedure } from './trpc.ts';

// How sure it has to be who is calling. A procedure starts with one of these, and its `ctx.me` is typed by it.

/** Only for somebody who is signed in. Refuses with NOT_SIGNED_IN, SESSION_ENDED. */
export const signedInProcedure = publicProcedure
  .meta({ assurance: 'signedIn' })
  .errors(refusalsOf(callerRefusals))
  .errors(refusalsOf(sessionRefusals))
  .use(async ({ ctx, getRawInput, next }) => {
    await inputArrived(getRawInput);
    const me: Caller = await requireCaller(ctx);
    return await next({ ctx: { me } });
  });

/** Only for somebody who has shown lately that it is them, by all that their account has. Refuses with VERIFY_AGAIN besides. */
export const recentlyVerifiedProcedure = signedInProcedure
  .meta({ assurance: 'recentlyVerified' })
  .errors(refusalsOf(assuranceRefusals))
  .use(async ({ ctx, next }) => await next({ ctx: { me: await refuseUnlessVerified(ctx, ctx.me) } }));
