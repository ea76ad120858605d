import type { z } from 'zod';

import { environment } from './environment.ts';
import { isLoopback } from './kernel/origin.ts';

const isDevelopment = (env: { PUBLIC_URL?: string | undefined }): boolean =>
  isLoopback(env.PUBLIC_URL ?? 'http://localhost');

const isListOfText = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

interface SoFar {
  issues: { path?: PropertyKey[] | undefined }[];
}

/** What is wrong in itself is reported already. */
const areRight =
  (...names: string[]) =>
  ({ issues }: SoFar): boolean =>
    !issues.some(({ path }) => names.includes(String(path?.[0])));

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
  .refine((env) => env.SMTP_URL !== undefined || env.MAIL_FROM === undefined, {
    path: ['MAIL_FROM'],
    message: 'is of no use without SMTP_URL: set that, too, or leave it out',
    when: ({ value }) => (value as { MAIL_FROM?: unknown }).MAIL_FROM !== undefined,
  })
  .refine((env) => !env.SMTP_URL || env.MAIL_FROM !== undefined, {
    path: ['MAIL_FROM'],
    message: 'must be set, because SMTP_URL is: an address that mails may come from',
    when: ({ value }) => (value as { SMTP_URL?: unknown }).SMTP_URL !== undefined,
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
  })
  .refine((env) => (env.REQUIRE_SECOND_FACTOR ?? 'never') === 'never' || env.ENCRYPTION_KEYS !== undefined, {
    path: ['REQUIRE_SECOND_FACTOR'],
    message: 'must be never, or ENCRYPTION_KEYS be set: without a key nobody could set up an authenticator app',
    when: areRight('ENCRYPTION_KEYS'),
  })
  .refine((env) => env.TOKEN_AUDIENCE === undefined || env.ENCRYPTION_KEYS !== undefined, {
    path: ['TOKEN_AUDIENCE'],
    message: 'needs ENCRYPTION_KEYS, which is not set: what signs tokens is stored encrypted by one of them',
    when: areRight('ENCRYPTION_KEYS', 'TOKEN_AUDIENCE'),
  });

// With it on, whoever registers waits for a mail.
const sendingMails = checkedEnvironment.refine(
  (env) => env.REQUIRE_VERIFIED_EMAIL !== 'on' || env.SMTP_URL !== undefined || isDevelopment(env),
  {
    path: ['REQUIRE_VERIFIED_EMAIL'],
    message: 'must be off, or SMTP_URL be set: nobody could confirm an address, because nobody sends mails',
    when: () => true,
  },
);

export type Config = Readonly<ReturnType<typeof configOf>>;

/** What is wrong with the environment, every fault at once, one line each. */
export class ConfigError extends Error {
  readonly faults: string[];

  constructor(faults: string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @param parts whether a host brings somebody who sends mails
 * @throws ConfigError
 */
export function readConfig(env: Record<string, string | undefined>, { hasMailer = false } = {}): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = (hasMailer ? checkedEnvironment : sendingMails).safeParse(set);
  if (parsed.success) return Object.freeze(configOf(parsed.data));
  throw new ConfigError(
    parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])}: ${path.length > 1 ? `entry ${Number(path[1]) + 1} ` : ''}${message}`,
    ),
  );
}

function configOf(env: z.infer<typeof environment>) {
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
    requireVerifiedEmail: env.REQUIRE_VERIFIED_EMAIL,
    requireSecondFactor: env.REQUIRE_SECOND_FACTOR,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM,
    encryptionKeys: env.ENCRYPTION_KEYS,
    tokenAudience: env.TOKEN_AUDIENCE,
    tokenLifetimeSeconds: env.TOKEN_LIFETIME_SECONDS,
    bcryptCost: env.BCRYPT_COST,
    passwordMinLength: env.PASSWORD_MIN_LENGTH,
    breachedPasswords: env.BREACHED_PASSWORDS,
    rateLimits: env.RATE_LIMITS,
    quickTrpc: env.QUICK_TRPC,
    sessionLifetimeSeconds: env.SESSION_LIFETIME_SECONDS,
    sessionIdleSeconds: env.SESSION_IDLE_SECONDS,
    verifiedForSeconds: env.VERIFIED_FOR_SECONDS,
    eventsKeptDays: env.EVENTS_KEPT_DAYS,
    failedJobsKeptDays: env.FAILED_JOBS_KEPT_DAYS,
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
