import type { ServerResponse } from 'node:http';

/** What is written into the head of an answer, whatever kind of server sends it. */
export interface ResponseHead {
  set(name: string, value: string): void;
  has(name: string): boolean;
  /** Every `Set-Cookie` so far, the host's own among them. */
  cookies(): string[];
  /** Puts these in the place of all of them. */
  setCookies(cookies: string[]): void;
  /** Whether it is too late: what is written now reaches nobody. */
  isSent(): boolean;
}

type HeaderValue = string | string[] | number | undefined;

const asList = (value: HeaderValue): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [String(value)];

/** Of Node's own server, and of Express. */
export const replyOfNode = (response: ServerResponse): ResponseHead => ({
  set: (name, value) => void (response.headersSent || response.setHeader(name, value)),
  has: (name) => response.hasHeader(name),
  cookies: () => asList(response.getHeader('Set-Cookie')),
  setCookies: (cookies) => void response.setHeader('Set-Cookie', cookies),
  isSent: () => response.headersSent,
});

/** As much as is needed of Fastify's reply, which keeps headers of its own. */
export interface FastifyReplyLike {
  raw: ServerResponse;
  header(name: string, value: string | string[]): unknown;
  getHeader(name: string): HeaderValue;
  removeHeader(name: string): unknown;
}

export const replyOfFastify = (reply: FastifyReplyLike): ResponseHead => ({
  set: (name, value) => void reply.header(name, value),
  has: (name) => reply.getHeader(name.toLowerCase()) !== undefined,
  cookies: () => asList(reply.getHeader('set-cookie')),
  setCookies(cookies) {
    // Fastify adds to the cookies that it has.
    reply.removeHeader('set-cookie');
    reply.header('set-cookie', cookies);
  },
  isSent: () => reply.raw.headersSent,
});

/** Of servers that speak Fetch: tRPC copies these headers into its answer. Without any, nothing can be said. */
export const replyOfFetch = (headers: Headers): ResponseHead => ({
  set: (name, value) => headers.set(name, value),
  has: (name) => headers.has(name),
  cookies: () => headers.getSetCookie(),
  setCookies(cookies) {
    headers.delete('Set-Cookie');
    for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  },
  isSent: () => false,
});
