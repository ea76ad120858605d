import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Logger } from '../kernel/logger.ts';
import { sendJson } from './send.ts';

/** Where verifiers look for the keys of an issuer (RFC 8615). */
export const jwksPath = '/.well-known/jwks.json';

// A key is in the set a day before it signs, so nobody needs a fresher one.
const keptSeconds = 300;

/**
 * Answers with the public keys. They are for everybody, so that any page may read them, any cache keep them, and no
 * rule for origins is asked.
 */
export async function sendKeys(
  request: IncomingMessage,
  response: ServerResponse,
  { jwks, log }: { jwks: () => Promise<object | null>; log: Logger },
): Promise<void> {
  response.removeHeader('Vary');
  response.setHeader('Access-Control-Allow-Origin', '*');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendJson(response, 405, { message: 'Only GET and HEAD are answered here.', reason: 'REQUEST_INVALID' });
  }
  try {
    const keys = await jwks();
    if (!keys)
      return sendJson(response, 404, {
        message:
          'This server makes no tokens for other services, so it has no keys. Its operator has to set TOKEN_AUDIENCE.',
        reason: 'REQUEST_INVALID',
      });
    response.setHeader('Cache-Control', `public, max-age=${keptSeconds}`);
    sendJson(response, 200, keys);
  } catch (err) {
    log.error({ event: 'keys.unavailable', err });
    response.setHeader('Retry-After', '2');
    sendJson(response, 503, {
      message: 'The keys cannot be read now. Try again in a moment.',
      reason: 'BUSY',
      retryAfterSeconds: 2,
    });
  }
}
