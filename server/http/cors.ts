import type { IncomingMessage, ServerResponse } from 'node:http';

import cors from 'cors';

import type { OriginCheck } from './origin-check.ts';

const preflightSeconds = 600;

/** The `cors` package under that rule. It answers preflights itself, and has nothing to say to who names no origin. */
export function createCors(check: OriginCheck) {
  const handle = cors((request, callback) => {
    const { readableBy } = check(request.headers);
    callback(null, {
      origin: readableBy === 'anyOrigin' ? '*' : readableBy === 'thisOrigin',
      credentials: readableBy === 'thisOrigin',
      methods: ['GET', 'POST'],
      exposedHeaders: ['Retry-After', 'X-Request-Id'],
      maxAge: preflightSeconds,
    });
  });
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void =>
    request.headers.origin === undefined ? next() : handle(request, response, next);
}
