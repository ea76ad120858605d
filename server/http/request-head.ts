import type { IncomingMessage } from 'node:http';

/** What is read of a request besides its body, whatever kind of server has taken it. */
export interface RequestHead {
  /** The values of a header, each time that it stands there; none where it does not. */
  values(name: string): string[];
  /** The address at the other end of the connection, where the server tells. */
  peer: string | undefined;
}

/** Of Node's own server, and of what stands on it: Express, Fastify, tRPC's standalone adapter. */
export function headOfNode({ headers, headersDistinct, socket }: IncomingMessage): RequestHead {
  // Requests that a host's tests inject have no distinct headers.
  const distinct: IncomingMessage['headersDistinct'] | undefined = headersDistinct;
  return {
    values: (name) => (distinct ? distinct[name] : [headers[name] ?? []].flat()) ?? [],
    peer: socket.remoteAddress,
  };
}

/** Of servers that speak Fetch, such as Next.js and Hono. They hide the connection, so the host says who is there. */
export const headOfFetch = (request: Request, peer: string | undefined): RequestHead => ({
  values: (name) => {
    const joined = request.headers.get(name);
    return joined === null ? [] : [joined];
  },
  peer,
});
