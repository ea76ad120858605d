import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { isIPv6 } from 'node:net';

import { seconds } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { isLoopback } from '../kernel/origin.ts';
import { connectionLimits, limitConnections } from './connections.ts';
import { sendJson } from './send.ts';

/** What is scraped. */
export interface Scraped {
  contentType: string;
  scrape(): Promise<string>;
}

export interface MetricsServer {
  port: number;
  close(): Promise<void>;
}

// One who scrapes, another who looks on: more is no operator. So few connections are soon all taken, so
// whoever says nothing loses theirs at once.
const limits = {
  ...connectionLimits,
  maxConnections: 100,
  headersTimeout: seconds(2),
  requestTimeout: seconds(2),
  connectionsCheckingInterval: seconds(1),
  keepAliveTimeout: seconds(20),
};

/**
 * Serves the numbers of this process at `/metrics`, on a port of their own: they are for the
 * operator, and the port that the world reaches has nothing but the product.
 *
 * @throws the error of `listen`, such as `EADDRINUSE`
 */
export async function serveMetrics(
  scraped: Scraped & { log: Logger },
  { metricsPort = 0, metricsHost }: { metricsPort?: number | undefined; metricsHost: string },
): Promise<MetricsServer> {
  const server = createServer(
    limits,
    answer(scraped, isLoopback(`http://${isIPv6(metricsHost) ? `[${metricsHost}]` : metricsHost}`)),
  );
  limitConnections(server, limits, scraped.log);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(metricsPort, metricsHost, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : metricsPort,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(scraped: Scraped & { log: Logger }, isForThisMachine: boolean): RequestListener {
  return (request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (isFromPage(request.headers, isForThisMachine)) return sendJson(response, 403, { message: 'Not for pages.' });
    if (request.url !== '/metrics') return sendJson(response, 404, { message: 'The numbers are at /metrics.' });
    if (request.method !== 'GET') return sendJson(response, 405, { message: 'Only GET is answered.' });
    scraped.scrape().then(
      (text) => response.setHeader('Content-Type', scraped.contentType).end(text),
      (err: unknown) => {
        scraped.log.error({ event: 'metrics.failed', err });
        sendJson(response, 500, { message: 'Something went wrong.' });
      },
    );
  };
}

/** A browser on this machine reaches loopback, too: from any page, and by any name that leads there (DNS rebinding). */
const isFromPage = ({ origin, host }: IncomingHttpHeaders, isForThisMachine: boolean): boolean =>
  origin !== undefined || (isForThisMachine && !isLoopback(`http://${host}`));
