import type { RequestListener } from 'node:http';

import { createHTTPHandler } from '@trpc/server/adapters/standalone';

import { appRouter } from '../router.ts';
import { maxBodyBytes, refuseOtherThanJson } from './body.ts';
import type { CreateContext } from './node-context.ts';

const maxBatchSize = 10;

/** tRPC's own protocol, under `/trpc/`. */
export function createRpcHandler(createContext: CreateContext): RequestListener {
  return createHTTPHandler({
    router: appRouter,
    basePath: '/trpc/',
    createContext,
    maxBodySize: maxBodyBytes,
    maxBatchSize,
    middleware: (request, _response, next) => next(refuseOtherThanJson(request)),
    // tRPC sets this header anew, so what the origin check has set is said again.
    responseMeta: () => ({ headers: new Headers({ Vary: 'Origin' }) }),
  });
}
