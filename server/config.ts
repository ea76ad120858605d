import { isIP } from 'node:net';

import { z } from 'zod';

import { hours } from './kernel/clock.ts';
import { faultOfDatabaseUrl } from './kernel/database-url.ts';
import { logLevels } from './kernel/logger.ts';
import { isLoopback, originOf } from './kernel/origin.ts';

const wholeNumber = (least: number, most: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

const origin = z.string().transform((value, context) => {
  const found = originOf(value);
  if (found) return found;
  context.addIssue({
    code: 'custom',
    message: 'must be http:// or https://, a host and perhaps a port, nothing after it',
  });
  return z.NEVER;
});

// Cookies and passwords in clear text across a network: never (ASVS 12.2.1).
const secureOrigin = origin.refine(
  (value) => isLoopback(value) || value.startsWith('https:'),
  'must be https://, because it is not a loopback address; let a proxy in front end TLS',
);

const commaSeparated = <Item extends z.ZodType<string, string>>(item: Item) =>
  z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .pipe(z.array(item));

const address = z.string().refine((value) => {
  const [ip = '', bits, ...rest] = value.split('/');
  const most = isIP(ip) === 6 ? 128 : 32;
  if (isIP(ip) === 0 || rest.length > 0) return false;
  // A range of everybody would let every client choose its own address.
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
}, 'must be IP addresses or ranges such as 10.0.0.0/8');

const inSeconds = (milliseconds: number): number => milliseconds / 1000;

/** Every setting, under the name of its environment variable. The descriptions are what `--help` prints. */
export const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(3000).describe('TCP port; 0 takes a free one'),
  HOST: z
    .string()
    .optional()
    .describe('address to listen on; by default 127.0.0.1 while PUBLIC_URL is loopback, otherwise every address'),
  DATABASE_URL: z
    .string()
    .superRefine((url, context) => {
      const fault = faultOfDatabaseUrl(url);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .default('file:./userAuth.db')
    .describe('SQLite file, made if it is missing; or postgres:// and user, password, host and database'),
  DATABASE_POOL_SIZE: wholeNumber(1, 200)
    .default(10)
    .describe('connections to PostgreSQL at most, and a quarter as many for what need not be synced'),
  PUBLIC_URL: secureOrigin
    .optional()
    .describe("this server's own address as browsers see it; https unless it is loopback (http://localhost:PORT)"),
  APP_URL: secureOrigin.optional().describe('where the pages live that people use; may always call (PUBLIC_URL)'),
  CORS_ORIGINS: commaSeparated(origin)
    .optional()
    .describe(
      'further origins whose pages may call with cookies, comma-separated; unset: any page may call, without cookies',
    ),
  TRUSTED_PROXIES: commaSeparated(address)
    .default([])
    .describe('addresses or ranges of proxies whose X-Forwarded-For is believed, comma-separated'),
  REGISTRATION: z
    .enum(['open', 'closed'], { error: 'must be open or closed' })
    .default('open')
    .describe('whether anybody may register: open or closed'),
  BCRYPT_COST: wholeNumber(10, 15)
    .default(10)
    .describe('log2 of the rounds of bcrypt, 10 to 15; one more doubles the time'),
  PASSWORD_MIN_LENGTH: wholeNumber(8, 64)
    .default(8)
    .describe('least characters of a new password, 8 to 64; NIST asks 15 where nothing else protects the account'),
  RATE_LIMITS: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('on')
    .describe('off lets everything through: for load tests, and only while PUBLIC_URL is loopback'),
  SESSION_LIFETIME_SECONDS: wholeNumber(60, inSeconds(hours(24 * 400)))
    .default(inSeconds(hours(24 * 30)))
    .describe('a session ends this long after sign-in at the latest; 30 days'),
  SESSION_IDLE_SECONDS: wholeNumber(60, inSeconds(hours(24 * 400)))
    .default(inSeconds(hours(24 * 7)))
    .describe('a session ends after this long without use; 7 days'),
  METRICS_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('TCP port of the metrics for Prometheus, at /metrics; 0 takes a free one; unset: there are none'),
  METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address to listen on for the metrics; whoever reaches it may read them'),
  LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('info')
    .describe(logLevels.join(', ')),
});

const isDevelopment = (env: { PUBLIC_URL?: string | undefined }): boolean =>
  isLoopback(env.PUBLIC_URL ?? 'http://localhost');

const isListOfText = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

// Written so that a value which is wrong in itself, and is reported already, is no second fault.
const checkedEnvironment = environment
  .refine((env) => !(env.SESSION_IDLE_SECONDS > env.SESSION_LIFETIME_SECONDS), {
    path: ['SESSION_IDLE_SECONDS'],
    message: 'must not be more than SESSION_LIFETIME_SECONDS',
    when: () => true,
  })
  .refine((env) => isDevelopment(env) || !env.APP_URL || !isLoopback(env.APP_URL), {
    path: ['APP_URL'],
    message:
      "must not be a loopback address, because PUBLIC_URL is not: any program on a visitor's machine could be that page",
    when: () => true,
  })
  .refine((env) => isDevelopment(env) || (env.CORS_ORIGINS ?? []).every((one) => one.startsWith('https:')), {
    path: ['CORS_ORIGINS'],
    message: 'must be https://, every one, because PUBLIC_URL is not a loopback address',
    // Whatever was read so far, so its type promises nothing.
    when: ({ value }) => isListOfText((value as { CORS_ORIGINS?: unknown }).CORS_ORIGINS),
  })
  .refine((env) => env.METRICS_PORT !== env.PORT || env.PORT === 0, {
    path: ['METRICS_PORT'],
    message: 'must not be PORT: what the world reaches shows no metrics',
    when: () => true,
  })
  .refine((env) => env.RATE_LIMITS !== 'off' || isDevelopment(env), {
    path: ['RATE_LIMITS'],
    message: 'must be on, because PUBLIC_URL is not a loopback address',
    when: () => true,
  });

export type Config = Readonly<ReturnType<typeof named>>;

/** What is wrong with the environment, every fault at once, one line each. */
export class ConfigError extends Error {
  constructor(faults: string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @throws ConfigError
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = checkedEnvironment.safeParse(set);
  if (parsed.success) return Object.freeze(named(parsed.data));
  throw new ConfigError(
    parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])}: ${path.length > 1 ? `entry ${Number(path[1]) + 1} ` : ''}${message}`,
    ),
  );
}

function named(env: z.infer<typeof environment>) {
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`;
  return {
    port: env.PORT,
    host: env.HOST ?? (isLoopback(publicUrl) ? '127.0.0.1' : '::'),
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    publicUrl,
    appUrl: env.APP_URL ?? publicUrl,
    corsOrigins: env.CORS_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    registration: env.REGISTRATION,
    bcryptCost: env.BCRYPT_COST,
    passwordMinLength: env.PASSWORD_MIN_LENGTH,
    rateLimits: env.RATE_LIMITS,
    sessionLifetimeSeconds: env.SESSION_LIFETIME_SECONDS,
    sessionIdleSeconds: env.SESSION_IDLE_SECONDS,
    metricsPort: env.METRICS_PORT,
    metricsHost: env.METRICS_HOST,
    logLevel: env.LOG_LEVEL,
  };
}

/** The table of settings for `--help`: name, default, meaning. */
export function describeConfig(): string {
  const rows = Object.entries(environment.shape).map(([name, field]) => {
    const parsed = field.safeParse(undefined);
    const standard = parsed.success && parsed.data !== undefined ? String(parsed.data) : '';
    return `  ${name.padEnd(26)}${standard.padEnd(22)}${field.description ?? ''}`;
  });
  return rows.join('\n');
}
