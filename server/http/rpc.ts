import type { RequestListener } from 'node:http';

import { createHTTPHandler } from '@trpc/server/adapters/standalone';

import type { Logger } from '../kernel/logger.ts';
import { appRouter } from '../router.ts';
import { maxBodyBytes, refuseOtherThanJson } from './body.ts';
import type { CreateContext } from './node-context.ts';

const maxBatchSize = 10;

/** tRPC's own protocol, under `/trpc/`. */
export function createRpcHandler(createContext: CreateContext, log: Logger): RequestListener {
  return createHTTPHandler({
    router: appRouter,
    basePath: '/trpc/',
    createContext,
    maxBodySize: maxBodyBytes,
    maxBatchSize,
    middleware: (request, _response, next) => next(refuseOtherThanJson(request)),
    // A fault outside every procedure has no context, and so has not been logged by the formatter.
    onError({ error, ctx }) {
      if (!ctx && error.code === 'INTERNAL_SERVER_ERROR') log.error({ event: 'request.failed', err: error });
    },
    // tRPC sets this header anew, so what the origin check has set is said again.
    responseMeta: () => ({ headers: new Headers({ Vary: 'Origin' }) }),
  });
}
