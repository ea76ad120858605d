import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AuthContext } from '../auth-context.ts';
import type { FastifyReplyLike, ResponseHead } from './response-head.ts';

/** What tRPC knows of the calls in a request; other protocols have no such thing. */
interface CallsInfo {
  accept: string | null;
}

/** What tRPC's standalone and Express adapters hand to `createContext`. */
export interface NodeRequest {
  req: IncomingMessage;
  res: ServerResponse;
  info?: CallsInfo;
}

/** What tRPC's Fastify adapter hands to it. */
export interface FastifyRequest {
  req: { raw: IncomingMessage };
  res: FastifyReplyLike;
  info?: CallsInfo;
}

/** What tRPC's Fetch adapter hands to it, in Next.js, Hono and the like. */
export interface FetchRequest {
  req: Request;
  resHeaders: Headers;
  info?: CallsInfo;
  /**
   * IP address at the other end of the connection, which Fetch does not tell. Behind a proxy it is the
   * proxy's, which must be among `trustedProxies`. Without it all callers count as one network.
   */
  address?: string | undefined;
}

export type AnyRequest = NodeRequest | FastifyRequest | FetchRequest;

/** Reads what a request says about itself, once, before any procedure runs; `reply` where its head is not written into the response. */
export type CreateContext = (request: AnyRequest, reply?: ResponseHead) => { auth: AuthContext };
