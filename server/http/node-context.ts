import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AuthContext } from '../auth-context.ts';
import { makeContext } from '../context.ts';
import type { Deps } from '../deps.ts';
import { newId } from '../kernel/id.ts';
import { createClientIp } from './client-ip.ts';
import { readCredential } from './credential.ts';
import { createOriginCheck } from './origin-check.ts';
import type { OriginRule, OriginVerdict } from './origin-check.ts';
import { createSessionCookie } from './session-cookie.ts';

/** What tRPC's standalone and Express adapters hand to `createContext`. */
export interface NodeRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** What tRPC knows of the calls in the request; plain JSON has no such thing. */
  info?: { accept: string | null };
}

export type CreateContext = (request: NodeRequest) => { auth: AuthContext };

/** Reads everything that Latchkey wants to know of a request on Node, once, before any procedure runs. */
export function nodeContext(
  deps: Deps,
  config: OriginRule & { trustedProxies: string[]; sessionLifetimeSeconds: number },
): CreateContext {
  const checkOrigin = createOriginCheck(config);
  const clientIp = createClientIp(config.trustedProxies);
  const cookie = createSessionCookie({ publicUrl: config.publicUrl, lifetimeSeconds: config.sessionLifetimeSeconds });

  return ({ req, res, info }) => {
    const origin = checkOrigin(req.headers);
    const presented = readCredential(req, origin.takesCookies ? cookie.read(req) : []);
    const requestId = newId();
    res.setHeader('X-Request-Id', requestId);
    const facts = {
      requestId,
      address: clientIp(req),
      credential: presented.credential,
      presentedTokens: presented.tokens,
      mayChange: origin.mayChange,
      // A browser drops a SameSite=Lax cookie from the answer to another site's script.
      keepsCookies: origin.takesCookies && req.headers['sec-fetch-site'] !== 'cross-site',
      isOwnPage: isOwnPage(req, origin),
      isStreamed: info?.accept === 'application/jsonl',
    };
    return makeContext(deps, facts, {
      setSessionCookie: (token) => cookie.set(res, token),
      // Only the one that was judged: the cookie beside a bearer token may be of a session that lives.
      clearSessionCookie: () => presented.isCookie && !res.headersSent && cookie.clear(res),
    });
  };
}

/** By what the browser says or, where it is too old to say, by the origin. */
function isOwnPage({ headers }: IncomingMessage, { readableBy }: OriginVerdict): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined) return readableBy === 'thisOrigin';
  // What says nothing that is known may be one.
  return site !== 'none' && site !== 'cross-site';
}
