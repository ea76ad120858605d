import { createAuthClient } from '../../client/index.ts';
import type { AuthClient, AuthClientOptions } from '../../client/index.ts';
import { readConfig } from '../../server/config.ts';
import { createAuth } from '../../server/create-auth.ts';
import type { Auth, AuthOptions } from '../../server/auth.ts';
import type { Database } from '../../server/db/database.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { connectionLimits } from '../../server/http/connections.ts';
import type { ConnectionLimits } from '../../server/http/connections.ts';
import { serveMetrics } from '../../server/http/metrics-server.ts';
import { serve } from '../../server/http/server.ts';
import { seconds } from '../../server/kernel/clock.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { noMetrics } from '../../server/kernel/metrics.ts';
import { newToken } from '../../server/kernel/token.ts';
import type { Mail, Mailer } from '../../server/mail/mailer.ts';
import { memoryMailer } from '../../server/mail/memory-mailer.ts';
import { createPrometheus } from '../../server/metrics/prometheus.ts';
import { createTestClock } from '../../server/testing/test-clock.ts';
import type { TestClock } from '../../server/testing/test-clock.ts';
import { isPostgres, testDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** A whole server on a free loopback port, with a database of its own. */
export interface TestApp extends AsyncDisposable {
  url: string;
  /** Where its metrics are, with `METRICS_PORT: '0'`. */
  metricsUrl: string;
  auth: Auth;
  clock: TestClock;
  /** Moves the clock on by a second, after which mails are sent, and resolves to every mail so far. */
  mails(): Promise<readonly Mail[]>;
  /** How many passwords were hashed or verified so far. */
  hashes(): number;
  database: TestDatabase;
  /** The same database, opened a second time: what a test looks at or changes behind the server's back. */
  db(): Promise<Database>;
  /** Everything logged so far. */
  logged(): string;
  client(options?: Partial<AuthClientOptions>): AuthClient;
  /** A POST of JSON, or of a body of any kind when it is text already. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

export interface TestAppOptions {
  /** Settings; an empty one is unset, such as `ENCRYPTION_KEYS`, of which there is one by default. */
  env?: Record<string, string>;
  /** A database to open again; it is left in place. */
  database?: TestDatabase;
  /** One of its own; by default the usual one at a cost that is low. */
  hasher?: Hasher | 'ofProduction';
  connections?: Partial<ConnectionLimits>;
  /** One of its own; by default one that keeps what it is given. */
  mailer?: Mailer | 'ofProduction';
  /** A host's own letters and pages. */
  host?: Pick<AuthOptions, 'mails' | 'pages'>;
  /** The one of another app, to go on with its time. */
  clock?: TestClock;
}

// One for all of them: two on the same database read what the other has sealed.
const encryptionKey = newToken();

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { env = {}, database = await testDatabase(), hasher, connections, clock = createTestClock() } = options;
  const memory = memoryMailer();
  const mailer = options.mailer ?? memory;
  const config = readConfig(
    {
      PORT: '0',
      TRUSTED_PROXIES: '127.0.0.1',
      LOG_LEVEL: 'debug',
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '4',
      ENCRYPTION_KEYS: encryptionKey.reveal(),
      ...env,
    },
    { hasMailer: mailer !== 'ofProduction' },
  );
  const lines: string[] = [];
  const log = createLogger(config.logLevel, { write: (line) => lines.push(line) });
  const counted = hasher === 'ofProduction' ? undefined : counting(hasher ?? createBcryptHasher(4, bcryptOnNodesPool));
  const prometheus = config.metricsPort === undefined ? undefined : createPrometheus();
  const metrics = prometheus?.metrics ?? noMetrics;
  const auth = await createAuth({
    ...config,
    ...options.host,
    log,
    metrics,
    clock,
    ...(counted && { hasher: counted.hasher }),
    ...(mailer !== 'ofProduction' && { mailer }),
  });
  // One of PostgreSQL's is a copy of one that was migrated.
  if (options.database || !isPostgres) await auth.migrate();
  const server = await serve({ ...auth, log, metrics }, config, { ...connectionLimits, ...connections });
  const scraped = prometheus && (await serveMetrics({ ...prometheus, log }, config));
  const url = `http://localhost:${server.port}`;

  // Each call comes from a network of its own, unless a test says from which.
  let networks = 0;
  const fromAnywhere = (): Record<string, string> => ({
    'x-forwarded-for': `2001:db8:${(networks += 1).toString(16)}::1`,
  });

  return {
    url,
    metricsUrl: `http://127.0.0.1:${scraped?.port}/metrics`,
    auth,
    clock,
    async mails() {
      clock.forward(seconds(1));
      await auth.runJobs();
      return memory.mailbox;
    },
    hashes() {
      if (!counted) throw new Error('The hasher of production is not counted');
      return counted.count();
    },
    database,
    db: async () => await database.opened(),
    logged: () => lines.join(''),
    client: (options) =>
      createAuthClient({
        url,
        fetch: async (input, init) => {
          const request = new Request(input, init);
          for (const [name, value] of Object.entries(fromAnywhere())) request.headers.set(name, value);
          return await fetch(request);
        },
        ...options,
      }),
    post: async (route, body, headers) =>
      await fetch(url + route, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...fromAnywhere(), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    get: async (route, headers = {}) => await fetch(url + route, { headers }),
    async [Symbol.asyncDispose]() {
      await server.drain();
      await scraped?.close();
      await auth.close();
      if (!options.database) await database[Symbol.asyncDispose]();
    },
  };
}

function counting(hasher: Hasher): { hasher: Hasher; count: () => number } {
  let count = 0;
  const counted = <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      count += 1;
      return work(...args);
    };
  };
  return {
    count: () => count,
    hasher: {
      hash: counted(async (...args: Parameters<Hasher['hash']>) => await hasher.hash(...args)),
      verify: counted(async (...args: Parameters<Hasher['verify']>) => await hasher.verify(...args)),
      verifyNobody: counted(async (...args: Parameters<Hasher['verifyNobody']>) => await hasher.verifyNobody(...args)),
      isOutdated: (stored) => hasher.isOutdated(stored),
    },
  };
}

export const ada = { email: 'ada@example.com', password: 'correct horse battery' } as const;

/** The `name=value` of the session cookie that an answer sets, `undefined` where it sets none. */
export const cookieOf = (response: Response): string | undefined =>
  response.headers
    .getSetCookie()
    .find((cookie) => cookie.includes('latchkey_session='))
    ?.split(';', 1)[0];
