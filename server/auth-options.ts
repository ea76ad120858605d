import { faultsOfParts } from './auth-parts.ts';
import type { Parts } from './auth-parts.ts';
import { ConfigError, readConfig } from './config.ts';
import { environment } from './environment.ts';
import type { Config } from './config.ts';
import { Secret } from './kernel/token.ts';

/**
 * The settings of Latchkey inside a host's app: the same, with the same rules and defaults, as the
 * environment variables of the server alone, under their names in camel case.
 */
export interface Settings {
  /**
   * The database: a SQLite file, made if it is missing, or `postgres://` and user, password, host and database.
   *
   * @default 'file:./userAuth.db'
   */
  databaseUrl?: string | undefined;
  /**
   * Connections to PostgreSQL at most, 1 to 200, and a quarter as many for what need not be synced.
   *
   * @default 10
   */
  databasePoolSize?: number | undefined;
  /**
   * Your app's own address as browsers see it: https unless it is loopback. Left out, Latchkey takes
   * itself for one in development: cookies are not `Secure`, and mails are written into the log.
   *
   * @example 'https://app.example.com'
   * @default 'http://localhost:3000'
   */
  publicUrl?: string | undefined;
  /**
   * Where the pages live that people use: the links in mails lead there, and they may always call.
   *
   * @default publicUrl
   */
  appUrl?: string | undefined;
  /**
   * Further origins whose pages may call with cookies. Left out, any page may call, without cookies;
   * in production name at least `appUrl`.
   *
   * @example ['https://shop.example.com']
   * @default undefined
   */
  corsOrigins?: string[] | undefined;
  /**
   * IP addresses or ranges of proxies whose X-Forwarded-For is believed. Too narrow, and all visitors
   * count as one; too wide, and anybody makes up an address for each guess.
   *
   * @example ['10.0.0.0/8']
   * @default []
   */
  trustedProxies?: string[] | undefined;
  /**
   * Whether anybody may register: `auth.users.create` makes accounts in any case.
   *
   * @default 'open'
   */
  registration?: 'open' | 'closed' | undefined;
  /**
   * `'on'`: nobody is signed in before they have confirmed their address, and nothing tells who has an
   * account. Needs somebody who delivers mails.
   *
   * @default 'off'
   */
  requireVerifiedEmail?: 'on' | 'off' | undefined;
  /**
   * Of whom a second factor is asked at sign-in who has none yet: they set up an authenticator app before
   * they are signed in. Needs `encryptionKeys`. Who has one is asked for it in any case.
   *
   * @default 'never'
   */
  requireSecondFactor?: 'never' | 'admins' | 'everyone' | undefined;
  /**
   * Who takes mails, unless you bring a `mailer`: smtps://, or smtp:// with STARTTLS (but on loopback).
   *
   * @example 'smtps://user:password@mail.example.com:465'
   * @default undefined
   */
  smtpUrl?: string | undefined;
  /**
   * The sender of mails, needed with `smtpUrl`.
   *
   * @example 'Notes <no-reply@example.com>'
   * @default undefined
   */
  mailFrom?: string | undefined;
  /**
   * What second factors and signing keys are encrypted with, each 32 random bytes in base64, made by `openssl rand -base64 32`.
   * The first writes, the others still read. Whoever has one beside the database reads what is sealed in
   * it, so keep them elsewhere; without them what is sealed is lost.
   *
   * @example [keyOfNow, keyBefore]
   * @default undefined
   */
  encryptionKeys?: (string | Secret)[] | undefined;
  /**
   * The services that `auth.token.issue` makes tokens for, by the names that they compare with `aud`: a token is
   * for one of them. Needs `encryptionKeys`. Left out, there are no tokens.
   *
   * @example ['https://api.example.com']
   * @default undefined
   */
  tokenAudience?: string[] | undefined;
  /**
   * Such a token expires after this long, in seconds, 60 to 3,600, and nothing ends it before.
   *
   * @default 300
   */
  tokenLifetimeSeconds?: number | undefined;
  /**
   * Log2 of the rounds of bcrypt, 10 to 15; one more doubles the time. It may be raised later: hashes
   * are renewed at login.
   *
   * @default 10
   */
  bcryptCost?: number | undefined;
  /**
   * Least characters of a new password, 8 to 64; NIST asks 15 where nothing else protects the account.
   *
   * @default 8
   */
  passwordMinLength?: number | undefined;
  /**
   * A file with the SHA-1 hashes of breached passwords, sorted by hash, as Have I Been Pwned offers it: no
   * new password may be one of them. It is opened at the start, and read where it lies.
   *
   * @example '/var/lib/latchkey/pwnedpasswords.txt'
   * @default undefined
   */
  breachedPasswords?: string | undefined;
  /**
   * `'off'` lets everything through: for load tests, and only while `publicUrl` is loopback.
   *
   * @default 'on'
   */
  rateLimits?: 'on' | 'off' | undefined;
  /**
   * A session ends this long after sign-in at the latest, in seconds, at least 60; 30 days.
   *
   * @default 2592000
   */
  sessionLifetimeSeconds?: number | undefined;
  /**
   * A session ends after this long without use, in seconds, at least 60 and not more than
   * `sessionLifetimeSeconds`; 7 days.
   *
   * @default 604800
   */
  sessionIdleSeconds?: number | undefined;
  /**
   * How long after a password was shown it need not be shown again, for what asks for it
   * (`recentlyVerified`), in seconds, 60 to 3,600; 10 minutes.
   *
   * @default 600
   */
  verifiedForSeconds?: number | undefined;
  /**
   * What happened to accounts is forgotten after so many days, 1 to 3,650.
   *
   * @default 365
   */
  eventsKeptDays?: number | undefined;
  /**
   * Jobs that were given up are removed after so many days, 1 to 3,650.
   *
   * @default 30
   */
  failedJobsKeptDays?: number | undefined;
}

type Value = string | number | readonly (string | Secret)[] | undefined;

const camelCase = (variable: string): string =>
  variable.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const variables = new Map(Object.keys(environment.shape).map((variable) => [camelCase(variable), variable]));

/**
 * Checks settings as the environment is checked, by the same schema, and that parts are what they must be.
 *
 * @throws ConfigError with every fault, under the names that the host used
 */
export function configFrom(settings: Record<string, Value>, parts: Parts = {}): Config {
  const faults = Object.keys(settings)
    .filter((name) => !variables.has(name))
    .map((name) => `${name}: there is no such option`);
  // An empty variable is an unset one, and would let in whom an empty list keeps out.
  if (Array.isArray(settings['corsOrigins']) && settings['corsOrigins'].length === 0)
    faults.push('corsOrigins: must name an origin, such as appUrl; left out, any page may call, without cookies');
  faults.push(...faultsOfParts(parts, settings['publicUrl']));
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [variables.get(name) ?? name, asText(value)]),
  );
  try {
    const config = readConfig(env, { hasMailer: parts.mailer !== undefined });
    if (faults.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults.map(inCamelCase));
  }
  throw new ConfigError(faults);
}

function asText(value: Value): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  // What was checked once may be checked again, and has secrets by then.
  const revealed = (one: string | Secret): string => (one instanceof Secret ? one.reveal() : one);
  return typeof value === 'number' ? String(value) : value.map(revealed).join(',');
}

const inCamelCase = (fault: string): string =>
  fault.replaceAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g, (word) => (variables.has(camelCase(word)) ? camelCase(word) : word));
