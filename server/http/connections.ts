import type { Server } from 'node:http';

import { minutes, seconds } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

/** What one connection may take of the server, and how many there may be. Times in milliseconds. */
export type ConnectionLimits = typeof connectionLimits;

/** The same for everybody: docs/limits.md says what each one means for a proxy in front. */
export const connectionLimits = {
  // The head of a request, and the whole of it: who sends more slowly is answered 408 and cut. The time
  // that the answer takes does not count, so nobody is cut who waits for a hash.
  headersTimeout: seconds(10),
  requestTimeout: seconds(30),
  // Node looks for slow senders every half a minute by default.
  connectionsCheckingInterval: seconds(5),
  // Without a byte in either direction. It ends who does not read what they asked for, which Node leaves open
  // for ever; far longer than any answer takes, since only a few seconds' worth of hashes may wait.
  inactivityTimeout: seconds(60),
  // Longer than proxies keep a connection that they do not use (nginx and AWS 60 seconds, Traefik 90,
  // Caddy 120): if the server closed first, a request sent in that moment would be lost.
  keepAliveTimeout: seconds(125),
  keepAliveTimeoutBuffer: seconds(1),
  // A proxy has hundreds; more than this is an attack. So many take 250 MB with heads of full size and about
  // 900 MB with bodies that never end, by measurements of fewer.
  maxConnections: 10_000,
  // The address and all headers together; more is answered 431.
  maxHeaderSize: 16_384,
};

/** Applies what `createServer` does not take as an option. */
export function limitConnections(server: Server, limits: ConnectionLimits, log: Logger): void {
  server.timeout = limits.inactivityTimeout;
  server.maxConnections = limits.maxConnections;
  // No limit but the size: some versions of Node leave out in silence what stands behind the thousandth
  // header, such as the X-Forwarded-For that a proxy adds at the end.
  server.maxHeadersCount = 0;
  // Node asks for the address when somebody wants it, and keeps it from then on; of a connection that was reset
  // meanwhile nobody knows it any more, though what it sent is still read.
  server.on('connection', (socket) => void (socket.remoteAddress === undefined && socket.destroy()));
  warnOfDropped(server, log);
}

/** Once a minute at most, because whoever fills the connections must not fill the log. */
function warnOfDropped(server: Server, log: Logger): void {
  let dropped = 0;
  let pause: NodeJS.Timeout | undefined;
  const say = (): void => {
    pause = undefined;
    if (dropped === 0) return;
    log.warn({ event: 'connections.dropped', dropped }, 'Too many connections: those beyond the limit are dropped');
    dropped = 0;
    pause = setTimeout(say, minutes(1)).unref();
  };
  server.on('drop', () => {
    dropped += 1;
    if (!pause) say();
  });
}
