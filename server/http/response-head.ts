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

/** The same, of an answer whose head is written at once: header by header takes Node twice as long. */
export class WholeHead implements ResponseHead {
  readonly #response: ServerResponse;
  readonly #fields: string[];
  #cookies: string[] = [];

  /** @param always names and values in turns, each name as it is spelled in `set` and `has` */
  constructor(response: ServerResponse, always: readonly string[]) {
    this.#response = response;
    this.#fields = [...always];
  }

  set(name: string, value: string): void {
    if (this.has(name)) this.#fields[this.#fields.indexOf(name) + 1] = value;
    else this.#fields.push(name, value);
  }

  has(name: string): boolean {
    return this.#fields.includes(name);
  }

  cookies(): string[] {
    return this.#cookies;
  }

  setCookies(cookies: string[]): void {
    this.#cookies = cookies;
  }

  isSent(): boolean {
    return this.#response.headersSent;
  }

  /** Ends the answer. What was set on it meanwhile, such as for CORS, is in its head, too. */
  end(status: number, body: string): void {
    this.set('Content-Length', String(Buffer.byteLength(body)));
    const cookies = this.#cookies.length > 0 ? ['Set-Cookie', this.#cookies] : [];
    this.#response.writeHead(status, [...this.#fields, ...cookies]).end(body);
  }
}

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
