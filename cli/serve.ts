import { isIPv6 } from 'node:net';

import { describeConfig, readConfig } from '../server/config.ts';
import type { Config } from '../server/config.ts';
import { createAuth } from '../server/create-auth.ts';
import { isPostgres } from '../server/db/open-database.ts';
import { nameOf } from '../server/db/postgres-url.ts';
import { pathOf, Unusable } from '../server/db/sqlite-file.ts';
import { serveMetrics } from '../server/http/metrics-server.ts';
import { serve as listen } from '../server/http/server.ts';
import { seconds } from '../server/kernel/clock.ts';
import { createLogger } from '../server/kernel/logger.ts';
import type { Logger } from '../server/kernel/logger.ts';
import { noMetrics } from '../server/kernel/metrics.ts';
import type { Prometheus } from '../server/metrics/prometheus.ts';
import { command } from './command.ts';
import { logDestination } from './log-destination.ts';

export const serve = command({
  summary: 'runs the server',
  usage: `Serves accounts and sessions over tRPC and plain JSON until it is told to stop, and brings the
tables up to date before. On a terminal the log is for people, elsewhere and with --json
one line of JSON for each event. Settings are environment variables, or lines of a file
.env in the working directory.`,
  table: describeConfig(),
  takes: [],
  options: {},
  examples: [
    ['serve', 'on http://localhost:3000, with ./userAuth.db'],
    ['serve --json', 'with the log as lines of JSON'],
  ],
  async run(_args, io) {
    const config = readConfig(io.settings());
    await start(config, createLogger(config.logLevel, logDestination(process, io))).catch((error: unknown) => {
      throw translated(error);
    });
    return 0;
  },
});

async function start(config: Config, log: Logger): Promise<void> {
  // What was opened is closed in the opposite order: at a signal, or where what comes after it fails.
  await using opened = new AsyncDisposableStack();
  const prometheus = await openPrometheus(config);
  const metrics = prometheus?.metrics ?? noMetrics;
  const auth = opened.adopt(await createAuth({ ...config, log, metrics }), async (one) => await one.close());
  await auth.migrate();
  const scraped = prometheus && (await serveMetrics({ ...prometheus, log }, config));
  opened.defer(async () => await scraped?.close());
  const server = opened.adopt(await listen({ ...auth, log, metrics }, config), async (one) => await one.drain());
  const running = opened.move();

  // Before anything says that it runs: whoever reads that may ask it to stop.
  whenAskedToStop(async (reason) => {
    log.info({ event: 'server.stopping', reason }, 'Stopping: answering what is under way');
    await running.disposeAsync();
    log.info({ event: 'server.stopped' }, 'Stopped');
  });
  announce(log, config, { port: server.port, metricsPort: scraped?.port });
}

/** Loaded only where somebody asks for metrics. */
async function openPrometheus({ metricsPort }: Config): Promise<Prometheus | undefined> {
  if (metricsPort === undefined) return undefined;
  return (await import('../server/metrics/prometheus.ts')).createPrometheus();
}

function announce(
  log: Logger,
  config: Config,
  { port, metricsPort }: { port: number; metricsPort: number | undefined },
) {
  const url = config.port === port ? config.publicUrl : `http://localhost:${port}`;
  const database = isPostgres(config.databaseUrl) ? nameOf(config.databaseUrl) : pathOf(config.databaseUrl);
  log.info({ event: 'server.started', url }, `Server running at ${url} (listening on ${config.host}:${port})`);
  log.info({ event: 'server.database', database }, `Database ${database}`);
  log.info({ event: 'server.trpc', url: `${url}/trpc` }, `tRPC at ${url}/trpc, such as auth.login`);
  log.info({ event: 'server.json', url: `${url}/api/auth` }, `Plain JSON at ${url}/api/auth, such as /api/auth/login`);
  if (metricsPort === undefined) return;
  const metrics = `http://${hostInUrl(config.metricsHost)}:${metricsPort}/metrics`;
  log.info({ event: 'server.metrics', url: metrics }, `Metrics at ${metrics}`);
}

const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** Runs `stop` once, then exits. A second signal ends the process at once, unless it is the same Ctrl-C arriving twice. */
function whenAskedToStop(stop: (reason: string) => Promise<void>): void {
  let askedAt: number | undefined;
  const ask = (reason: string): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt >= seconds(1)) process.exit(1);
      return;
    }
    askedAt = performance.now();
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
}

/** What Node says of an address to listen on, as a sentence. */
function translated(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new Unusable(
      `${portOf(error)} is in use by another program. Stop it, or set PORT or METRICS_PORT to another one.`,
    );
  if (code === 'EACCES')
    return new Unusable(`This user may not listen on ${portOf(error)}. Set PORT and METRICS_PORT to ones above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Unusable('HOST or METRICS_HOST is not an address of this machine.');
  return error;
}

const portOf = (error: unknown): string =>
  error instanceof Error && 'port' in error ? `Port ${String(error.port)}` : 'The port';
