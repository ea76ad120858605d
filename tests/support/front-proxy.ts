import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where it calls from: an address of loopback that is not the visitors'. Linux has all of 127.0.0.0/8. */
export const proxyAddress = '127.0.0.2';

export interface ProxyOptions {
  /** What it does with `X-Forwarded-For`: as a proxy should, in two ways; not at all; or by passing on what visitors write. */
  forwarded?: 'overwritten' | 'appended' | 'missing' | 'passed';
  /** A header of answers that it keeps for itself. */
  swallows?: string;
  /** A method that it answers itself, with 405. */
  refuses?: string;
}

/** A proxy on loopback in front of a server, set up well or not. */
export async function frontProxy(url: string, { forwarded = 'overwritten', swallows, refuses }: ProxyOptions = {}) {
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === refuses) return void outgoing.writeHead(405).end();
    const { 'x-forwarded-for': told, ...headers } = incoming.headers;
    const visitor = incoming.socket.remoteAddress ?? '';
    const appended = [told, visitor].filter(Boolean).join(', ');
    const sent = { overwritten: visitor, appended, missing: undefined, passed: told }[forwarded];
    const { method, url: path } = incoming;
    const onwards = ask(new URL(path ?? '/', url), {
      method,
      localAddress: proxyAddress,
      headers: { ...headers, ...(sent === undefined ? {} : { 'x-forwarded-for': sent }) },
    });
    onwards.on('response', (answer) => {
      const kept = Object.entries(answer.headers).filter(([name]) => name !== swallows);
      outgoing.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
      answer.pipe(outgoing);
    });
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
