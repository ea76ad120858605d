import type { ServerResponse } from 'node:http';

import { makeContext } from '../context.ts';
import type { Deps } from '../deps.ts';
import { newId } from '../kernel/id.ts';
import { isLoopback } from '../kernel/origin.ts';
import type { AnyRequest, CreateContext } from './any-request.ts';
import { createClientIp } from './client-ip.ts';
import { readCredential } from './credential.ts';
import { createOriginCheck } from './origin-check.ts';
import type { OriginRule, OriginVerdict } from './origin-check.ts';
import { headOfFetch, headOfNode } from './request-head.ts';
import type { RequestHead } from './request-head.ts';
import { replyOfFastify, replyOfFetch, replyOfNode } from './response-head.ts';
import type { FastifyReplyLike, ResponseHead } from './response-head.ts';
import { createSessionCookie } from './session-cookie.ts';

type ContextConfig = OriginRule & { trustedProxies: string[]; sessionLifetimeSeconds: number };

/** Set-ups that show only when requests come; each is said once. */
interface Notices {
  /** A request names a host that is not this machine. */
  foreignHost(): void;
  /** A Fetch server does not say who is there. */
  addressUnknown(): void;
}

export function createContextFor(deps: Deps, config: ContextConfig, notices: Notices): CreateContext {
  const checkOrigin = createOriginCheck(config);
  const clientIp = createClientIp(config.trustedProxies);
  const cookie = createSessionCookie({ publicUrl: config.publicUrl, lifetimeSeconds: config.sessionLifetimeSeconds });

  return (request) => {
    const [head, reply] = headsOf(request);
    if (!isLoopback(`http://${joined(head, 'host') ?? 'localhost'}`)) notices.foreignHost();
    if ('resHeaders' in request && request.info && request.address === undefined) notices.addressUnknown();
    const site = joined(head, 'sec-fetch-site');
    const origin = checkOrigin({ origin: joined(head, 'origin'), 'sec-fetch-site': site });
    const presented = readCredential(head, origin.takesCookies ? cookie.read(head) : []);
    const requestId = newId();
    reply.set('X-Request-Id', requestId);
    const facts = {
      requestId,
      address: clientIp(head),
      userAgent: (joined(head, 'user-agent') ?? '').slice(0, mostOfUserAgent),
      locale: languagesIn(joined(head, 'accept-language')),
      credential: presented.credential,
      presentedTokens: presented.tokens,
      mayChange: origin.mayChange && !isForm(head),
      // A browser drops a SameSite=Lax cookie from the answer to another site's script.
      keepsCookies: origin.takesCookies && site !== 'cross-site',
      isOwnPage: isOwnPage(site, origin),
      isStreamed: request.info?.accept === 'application/jsonl',
      saysNoBody: (joined(head, 'content-length') ?? '0') === '0' && joined(head, 'transfer-encoding') === undefined,
    };
    return makeContext(deps, facts, {
      setSessionCookie: (token) => cookie.set(reply, token),
      // Only the one that was judged: the cookie beside a bearer token may be of a session that lives.
      clearSessionCookie: () => presented.isCookie && !reply.isSent() && cookie.clear(reply),
      keepPrivate: () => reply.isSent() || reply.has('Cache-Control') || reply.set('Cache-Control', 'no-store'),
    });
  };
}

function headsOf(request: AnyRequest): [RequestHead, ResponseHead] {
  // The compiler says so first, where there is one.
  const given: { req?: unknown; res?: unknown; resHeaders?: unknown } | undefined = request;
  if (!given?.req || !(given.res || given.resHeaders))
    throw new Error(
      "auth.createContext takes what tRPC's adapter hands to createContext: { req, res } or { req, resHeaders }",
    );
  if ('resHeaders' in request) return [headOfFetch(request.req, request.address), replyOfFetch(request.resHeaders)];
  if ('raw' in request.req) return [headOfNode(request.req.raw), replyOfFastify(request.res as FastifyReplyLike)];
  return [headOfNode(request.req), replyOfNode(request.res as ServerResponse)];
}

/** As Node joins it: an empty header is one that is there. */
function joined(head: RequestHead, name: string): string | undefined {
  const values = head.values(name);
  return values.length > 0 ? values.join(', ') : undefined;
}

/**
 * What a page of any site can post without asking first, and whose origin an old browser may leave out
 * (ASVS 3.5.2). A host whose own procedures take forms gets them from browsers that name it.
 */
const isForm = (head: RequestHead): boolean =>
  joined(head, 'origin') === undefined &&
  /^\s*(multipart\/form-data|application\/x-www-form-urlencoded|text\/plain)/i.test(joined(head, 'content-type') ?? '');

const mostOfUserAgent = 512;

const mostLanguages = 4;

/** The primary tags of what is asked for (RFC 9110 §12.5.4), the one that is liked best first: `fr,de`. */
function languagesIn(header = ''): string | null {
  const ranges = header.split(',', 20).flatMap((range) => {
    const [, tag, quality = '1'] = /^\s*([a-z]{2,3})(?![a-z])[^;]*(?:;\s*q=([\d.]+))?/i.exec(range) ?? [];
    return tag && Number(quality) > 0 ? [{ tag: tag.toLowerCase(), quality: Number(quality) }] : [];
  });
  const liked = ranges.toSorted((one, other) => other.quality - one.quality).map(({ tag }) => tag);
  return [...new Set(liked)].slice(0, mostLanguages).join(',') || null;
}

/** By what the browser says or, where it is too old to say, by the origin. */
function isOwnPage(site: string | undefined, { readableBy }: OriginVerdict): boolean {
  if (site === undefined) return readableBy === 'thisOrigin';
  // What says nothing that is known may be one.
  return site !== 'none' && site !== 'cross-site';
}
