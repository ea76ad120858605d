import type { IncomingMessage } from 'node:http';

/** What is read of a request besides its body, whatever kind of server has taken it. */
export interface RequestHead {
  /** The values of a header, each time that it stands there; none where it does not. */
  values(name: string): string[];
  /** The address at the other end of the connection, where the server tells. */
  peer: string | undefined;
}

/** As Node joins it: an empty header is one that is there. */
export function joined(head: RequestHead, name: string): string | undefined {
  const values = head.values(name);
  return values.length > 0 ? values.join(', ') : undefined;
}

/** Of Node's own server, and of what stands on it: Express, Fastify, tRPC's standalone adapter. */
export const headOfNode = (request: IncomingMessage): RequestHead => ({
  values: (name) => valuesIn(request, name),
  peer: request.socket.remoteAddress,
});

/** Of all that was sent. Node's table of them costs more than the few that are looked for. */
export function valuesIn(request: IncomingMessage, name: string): string[] {
  const { rawHeaders } = request;
  // Requests that no connection has brought, in a host's tests or a function, may have no raw ones.
  if (rawHeaders.length === 0) return [request.headers[name] ?? []].flat();
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const here = rawHeaders[at];
    if (here?.length === name.length && here.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** Of servers that speak Fetch, such as Next.js and Hono. They hide the connection, so the host says who is there. */
export const headOfFetch = (request: Request, peer: string | undefined): RequestHead => ({
  values: (name) => {
    const joined = request.headers.get(name);
    return joined === null ? [] : [joined];
  },
  peer,
});
