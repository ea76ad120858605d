import type { RequestListener } from 'node:http';

import type { TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';

import { idOf } from '../kernel/id.ts';
import { Refusal } from '../kernel/refusal.ts';
import type { Logger } from '../kernel/logger.ts';
import { appRouter } from '../router.ts';
import { readText, refuseOtherThanJson } from './body.ts';
import type { ClientIp } from './client-ip.ts';
import type { CreateContext } from './any-request.ts';
import { headOfNode } from './request-head.ts';

/** Calls in one request. */
export const maxBatchSize = 10;

interface RpcParts {
  createContext: CreateContext;
  clientIp: ClientIp;
  log: Logger;
}

/** tRPC's own protocol, under `/trpc/`. */
export function createRpcHandler({ createContext, clientIp, log }: RpcParts): RequestListener {
  return createHTTPHandler({
    router: appRouter,
    basePath: '/trpc/',
    createContext,
    maxBatchSize,
    // The body is read here, as on the other face; tRPC takes it as it finds it.
    middleware(request, response, next) {
      const refused = refuseOtherThanJson(request);
      if (refused || request.method !== 'POST') return next(refused);
      const handOver = (body: string): void => next(void Object.assign(request, { body }));
      readText(request, response).then(handOver, next);
    },
    // What fails outside every procedure has no context, and so has not been logged by the formatter.
    // Its message may repeat the request.
    onError({ error, ctx, req }) {
      if (ctx) return;
      const { code } = error;
      const about = { requestId: idOf(error), address: clientIp(headOfNode(req)) };
      if (code === 'INTERNAL_SERVER_ERROR') log.error({ event: 'request.failed', ...about, cause: error.cause?.name });
      else log.info({ event: 'procedure.refused', ...about, reason: 'REQUEST_INVALID', code });
    },
    // tRPC sets `Vary` anew, so what the origin check has set is said again; before it knows of a call
    // it leaves the type out.
    responseMeta: ({ info, errors, type }) => ({
      headers: new Headers({
        Vary: 'Origin',
        // Of a stream it says no-cache, which lets a copy be kept.
        ...(type === 'subscription' ? { 'Cache-Control': 'no-store' } : {}),
        ...(info ? {} : { 'Content-Type': 'application/json' }),
        ...retryAfter(errors),
      }),
    }),
  });
}

/** The longest wait of those that were told to. */
export function retryAfter(errors: TRPCError[]): { 'Retry-After'?: string } {
  const seconds = errors.map((error) => (error instanceof Refusal ? error.retryAfterSeconds : 0));
  const longest = Math.max(0, ...seconds);
  return longest > 0 ? { 'Retry-After': String(longest) } : {};
}
