import type { ServerResponse } from 'node:http';

import { makeContext } from '../context.ts';
import type { Deps } from '../deps.ts';
import { newId } from '../kernel/id.ts';
import type { AnyRequest, CreateContext } from './any-request.ts';
import { createClientIp } from './client-ip.ts';
import { readCredential } from './credential.ts';
import { createOriginCheck } from './origin-check.ts';
import type { OriginRule, OriginVerdict } from './origin-check.ts';
import { HeadFacts } from './request-facts.ts';
import { headOfFetch, headOfNode, joined } from './request-head.ts';
import type { RequestHead } from './request-head.ts';
import { replyOfFastify, replyOfFetch, replyOfNode } from './response-head.ts';
import type { FastifyReplyLike, ResponseHead } from './response-head.ts';
import { createSessionCookie } from './session-cookie.ts';

type ContextConfig = OriginRule & { trustedProxies: string[]; sessionLifetimeSeconds: number };

/** Set-ups that show only when requests come; each is said once. */
interface Notices {
  /** A request names a host, which may be another than this machine. */
  askedFor(host: string | undefined): void;
  /** A Fetch server does not say who is there. */
  addressUnknown(): void;
}

export function createContextFor(deps: Deps, config: ContextConfig, notices: Notices): CreateContext {
  const checkOrigin = createOriginCheck(config);
  const clientIp = createClientIp(config.trustedProxies);
  const cookie = createSessionCookie({ publicUrl: config.publicUrl, lifetimeSeconds: config.sessionLifetimeSeconds });

  return (request, given) => {
    const head = headOf(request);
    const reply = given ?? replyOf(request);
    notices.askedFor(joined(head, 'host'));
    if ('resHeaders' in request && request.info && request.address === undefined) notices.addressUnknown();
    const site = joined(head, 'sec-fetch-site');
    const origin = checkOrigin({ origin: joined(head, 'origin'), 'sec-fetch-site': site });
    const presented = readCredential(head, origin.takesCookies ? cookie.read(head) : []);
    const requestId = newId();
    reply.set('X-Request-Id', requestId);
    const facts = new HeadFacts(head, clientIp, {
      requestId,
      credential: presented.credential,
      presentedTokens: presented.tokens,
      mayChange: origin.mayChange && !isForm(head),
      // A browser drops a SameSite=Lax cookie from the answer to another site's script.
      keepsCookies: origin.takesCookies && site !== 'cross-site',
      isOwnPage: isOwnPage(site, origin),
      isStreamed: request.info?.accept === 'application/jsonl',
      saysNoBody: (joined(head, 'content-length') ?? '0') === '0' && joined(head, 'transfer-encoding') === undefined,
    });
    return makeContext(deps, facts, {
      setSessionCookie: (token) => cookie.set(reply, token),
      // Only the one that was judged: the cookie beside a bearer token may be of a session that lives.
      clearSessionCookie: () => presented.isCookie && !reply.isSent() && cookie.clear(reply),
      keepPrivate: () => reply.isSent() || reply.has('Cache-Control') || reply.set('Cache-Control', 'no-store'),
    });
  };
}

function headOf(request: AnyRequest): RequestHead {
  // The compiler says so first, where there is one.
  const given: { req?: unknown; res?: unknown; resHeaders?: unknown } | undefined = request;
  if (!given?.req || !(given.res || given.resHeaders))
    throw new Error(
      "auth.createContext takes what tRPC's adapter hands to createContext: { req, res } or { req, resHeaders }",
    );
  if ('resHeaders' in request) return headOfFetch(request.req, request.address);
  return headOfNode('raw' in request.req ? request.req.raw : request.req);
}

function replyOf(request: AnyRequest): ResponseHead {
  if ('resHeaders' in request) return replyOfFetch(request.resHeaders);
  return 'raw' in request.req
    ? replyOfFastify(request.res as FastifyReplyLike)
    : replyOfNode(request.res as ServerResponse);
}

/**
 * What a page of any site can post without asking first, and whose origin an old browser may leave out
 * (ASVS 3.5.2). A host whose own procedures take forms gets them from browsers that name it.
 */
const isForm = (head: RequestHead): boolean =>
  joined(head, 'origin') === undefined &&
  /^\s*(multipart\/form-data|application\/x-www-form-urlencoded|text\/plain)/i.test(joined(head, 'content-type') ?? '');

/** By what the browser says or, where it is too old to say, by the origin. */
function isOwnPage(site: string | undefined, { readableBy }: OriginVerdict): boolean {
  if (site === undefined) return readableBy === 'thisOrigin';
  // What says nothing that is known may be one.
  return site !== 'none' && site !== 'cross-site';
}
