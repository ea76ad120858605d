import { isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';

import { environmentWithFile } from './cli/environment.ts';
import { importCommands } from './cli/import-commands.ts';
import { logDestination } from './cli/log-destination.ts';
import { ConfigError, describeConfig, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { createAuth } from './create-auth.ts';
import { isPostgres } from './db/open-database.ts';
import { OldServerFile } from './db/old-server-file.ts';
import { nameOf } from './db/postgres-url.ts';
import { pathOf, Unusable } from './db/sqlite-file.ts';
import { serveMetrics } from './http/metrics-server.ts';
import { serve } from './http/server.ts';
import { seconds } from './kernel/clock.ts';
import { createLogger } from './kernel/logger.ts';
import type { Logger } from './kernel/logger.ts';
import { noMetrics } from './kernel/metrics.ts';
import { isLoopback } from './kernel/origin.ts';
import type { Prometheus } from './metrics/prometheus.ts';

const usage = `Usage: npm start

Serves registration and login over tRPC and plain JSON. Settings are environment
variables, or lines of a file .env in the working directory:

${describeConfig()}`;

async function main(): Promise<void> {
  if (readArguments().help) {
    console.log(usage);
    return;
  }
  const config = readConfig(environmentWithFile());
  const log = createLogger(config.logLevel, logDestination(process));
  // What was opened is closed in the opposite order: at a signal, or where what comes after it fails.
  await using opened = new AsyncDisposableStack();
  const prometheus = await openPrometheus(config);
  const metrics = prometheus?.metrics ?? noMetrics;
  const auth = opened.adopt(await createAuth({ ...config, log, metrics }), async (one) => await one.close());
  await auth.migrate();
  const scraped = prometheus && (await serveMetrics({ ...prometheus, log }, config));
  opened.defer(async () => await scraped?.close());
  const server = opened.adopt(await serve({ ...auth, log, metrics }, config), async (one) => await one.drain());
  const running = opened.move();

  // Before anything says that it runs: whoever reads that may ask it to stop.
  whenAskedToStop(async (reason) => {
    log.info({ event: 'server.stopping', reason }, 'Stopping: answering what is under way');
    await running.disposeAsync();
    log.info({ event: 'server.stopped' }, 'Stopped');
  });
  announce(log, config, { port: server.port, metricsPort: scraped?.port });
  warn(log, config);
}

/** Loaded only where somebody asks for metrics. */
async function openPrometheus({ metricsPort }: Config): Promise<Prometheus | undefined> {
  if (metricsPort === undefined) return undefined;
  return (await import('./metrics/prometheus.ts')).createPrometheus();
}

function readArguments(): { help?: boolean } {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${fault.split('. ', 1)[0]}. npm start -- --help says what there is`]);
  }
}

/** What only this process knows of the set-up. */
function warn(log: Logger, { host, publicUrl }: Config): void {
  const isDevelopment = isLoopback(publicUrl);
  const isOpen = host !== 'localhost' && !isLoopback(`http://${hostInUrl(host)}`);
  // Cookies and passwords would cross the network in clear text.
  if (isDevelopment && isOpen) {
    log.warn({ event: 'host.open' }, 'Listening beyond this machine without https: set PUBLIC_URL, or take HOST away');
  }
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
        console.error(explain(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
}

function explain(error: unknown): string {
  if (error instanceof OldServerFile) return `${error.message}\n\n${importCommands(error.path, process)}`;
  if (error instanceof ConfigError || error instanceof Unusable) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `${portOf(error)} is in use by another program. Stop it, or set PORT or METRICS_PORT to another one.`;
  if (code === 'EACCES')
    return `This user may not listen on ${portOf(error)}. Set PORT and METRICS_PORT to ones above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return 'HOST or METRICS_HOST is not an address of this machine.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const portOf = (error: unknown): string =>
  error instanceof Error && 'port' in error ? `Port ${String(error.port)}` : 'The port';

await main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
