import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AuthContext } from '../auth-context.ts';
import { makeContext } from '../context.ts';
import type { Credential, Deps } from '../deps.ts';
import { newId } from '../kernel/id.ts';
import { readToken } from '../kernel/token.ts';
import { createClientIp } from './client-ip.ts';
import { createOriginCheck } from './origin-check.ts';
import type { OriginRule } from './origin-check.ts';
import { createSessionCookie } from './session-cookie.ts';

/** What tRPC's standalone and Express adapters hand to `createContext`. */
export interface NodeRequest {
  req: IncomingMessage;
  res: ServerResponse;
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

  return ({ req, res }) => {
    const origin = checkOrigin(req.headers);
    const site = req.headers['sec-fetch-site'];
    const requestId = newId();
    res.setHeader('X-Request-Id', requestId);
    const facts = {
      requestId,
      address: clientIp(req),
      credential: readBearer(req) ?? (origin.takesCookies ? cookie.read(req) : { kind: 'none' as const }),
      mayChange: origin.mayChange,
      // A browser drops a SameSite=Lax cookie from the answer to another site's script.
      keepsCookies: origin.takesCookies && site !== 'cross-site',
      isOwnPage: site === 'same-origin' || site === 'same-site',
    };
    return makeContext(deps, facts, {
      setSessionCookie: (token) => cookie.set(res, token),
      clearSessionCookie: () => origin.takesCookies && cookie.clear(res),
    });
  };
}

/** `undefined` where the request has no bearer token, and so may have a cookie. */
function readBearer(request: IncomingMessage): Credential | undefined {
  const values = request.headersDistinct.authorization ?? [];
  if (!values.some((value) => /^bearer\b/i.test(value))) return undefined;
  const token = values.length === 1 ? readToken((values[0] ?? '').replace(/^bearer +/i, '')) : undefined;
  return token ? { kind: 'token', token } : { kind: 'unusable' };
}
