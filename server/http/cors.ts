import cors from 'cors';

import type { OriginCheck } from './origin-check.ts';

const preflightSeconds = 600;

/** The `cors` package under that rule. It answers preflights itself. */
export function createCors(check: OriginCheck) {
  return cors((request, callback) => {
    const { readableBy } = check(request.headers);
    callback(null, {
      origin: readableBy === 'anyOrigin' ? '*' : readableBy === 'thisOrigin',
      credentials: readableBy === 'thisOrigin',
      methods: ['GET', 'POST'],
      exposedHeaders: ['Retry-After', 'X-Request-Id'],
      maxAge: preflightSeconds,
    });
  });
}
