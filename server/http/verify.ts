import type { IncomingMessage, ServerResponse } from 'node:http';

import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';

import { signedIn } from '../signed-in.ts';
import { router } from '../trpc.ts';
import type { CreateContext } from './any-request.ts';
import { sendRefusal } from './json.ts';
import { sendJson } from './send.ts';

/** Where a proxy asks whether somebody is signed in. */
export const verifyPath = '/api/auth/verify';

// Two, because a change that a page of another site has forged is refused to us and so to the app.
const question = router({
  verify: {
    read: signedIn.query(({ ctx }) => ({ userId: ctx.auth.user.id })),
    change: signedIn.mutation(({ ctx }) => ({ userId: ctx.auth.user.id })),
  },
});

/**
 * Tells a proxy whether it may let a request through: 200 with the user's id in `X-Auth-User-Id`, or
 * 401. Made for nginx's `auth_request` and Traefik's ForwardAuth, which send the headers of the
 * request that they have; see docs/forward-auth.md.
 */
export async function sendVerdict(
  request: IncomingMessage,
  response: ServerResponse,
  createContext: CreateContext,
): Promise<void> {
  const ctx = createContext({ req: request, res: response });
  try {
    if (request.method === 'POST') {
      response.setHeader('Allow', 'GET, HEAD');
      throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' });
    }
    const verdict = await question.createCaller(ctx).verify[isRead(request) ? 'read' : 'change']();
    response.setHeader('X-Auth-User-Id', verdict.userId);
    sendJson(response, 200, verdict);
  } catch (cause) {
    sendRefusal(response, getTRPCErrorFromUnknown(cause), { path: 'verify', type: 'query', ctx });
  }
}

/** By what the proxy says of the request that it has: nginx as the recipe sets it, Traefik by itself. */
function isRead({ headersDistinct }: IncomingMessage): boolean {
  const said = [...(headersDistinct['x-original-method'] ?? []), ...(headersDistinct['x-forwarded-method'] ?? [])];
  return said.every((method) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS');
}
