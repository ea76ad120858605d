import { isIP } from 'node:net';

import { z } from 'zod';

import { hours } from './kernel/clock.ts';
import { faultOfDatabaseUrl } from './kernel/database-url.ts';
import { logLevels } from './kernel/logger.ts';
import { mailSenderIn } from './kernel/mail-sender.ts';
import { isLoopback, originOf } from './kernel/origin.ts';
import { encryptionKeyIn } from './kernel/sealed-box.ts';
import { smtpServerIn } from './kernel/smtp-url.ts';
import { Secret } from './kernel/token.ts';

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

const commaSeparated = <Item extends z.ZodType<unknown, string>>(item: Item) =>
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

// In one spelling, and as a secret from here on: the configuration may be printed.
const encryptionKey = z.string().transform((text, context) => {
  const key = encryptionKeyIn(text);
  if (key) return new Secret(key.toString('base64'));
  context.addIssue({ code: 'custom', message: 'must be 32 random bytes in base64, made by: openssl rand -base64 32' });
  return z.NEVER;
});

const encryptionKeys = commaSeparated(encryptionKey).superRefine((keys, context) => {
  const revealed = keys.map((key) => key.reveal());
  for (const [index, key] of revealed.entries())
    if (revealed.indexOf(key) < index)
      context.addIssue({ code: 'custom', path: [index], message: 'must be another key than those before it' });
});

// What a verifier compares to the letter; printable, and no comma, which parts them.
const audience = z
  .string()
  .regex(/^[!-+\--~]{1,200}$/, 'must be 1 to 200 characters without blanks, such as https://api.example.com');

const audiences = commaSeparated(audience).superRefine((all, context) => {
  for (const [index, one] of all.entries())
    if (all.indexOf(one) < index) context.addIssue({ code: 'custom', path: [index], message: 'is there already' });
});

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
  REQUIRE_VERIFIED_EMAIL: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('off')
    .describe('on: nobody is signed in before they have confirmed their address, and nothing tells who has an account'),
  REQUIRE_SECOND_FACTOR: z
    .enum(['never', 'admins', 'everyone'], { error: 'must be never, admins or everyone' })
    .default('never')
    .describe('who has to set up a second factor at the next login: never (nobody has to), admins or everyone'),
  SMTP_URL: z
    .string()
    .refine(
      (url) => smtpServerIn(url) !== undefined,
      'must be smtps:// or smtp://, perhaps user:password@, a host and perhaps a port; in user and password : is written %3A, / is %2F, @ is %40, # is %23, ? is %3F, a space is %20 and % is %25',
    )
    .optional()
    .describe('who takes mails: smtps:// or smtp:// (with STARTTLS, but on loopback), user:password@, host:port'),
  MAIL_FROM: z
    .string()
    .refine(
      (text) => mailSenderIn(text) !== undefined,
      'must be an e-mail address, or a name and an address in angle brackets, in one line',
    )
    .optional()
    .describe('the sender of mails, needed with SMTP_URL: an address, or a name and an <address>'),
  ENCRYPTION_KEYS: encryptionKeys
    .optional()
    .describe(
      'what second factors and signing keys are encrypted with: 32 bytes in base64 each, comma-separated; the first writes, the others still read',
    ),
  TOKEN_AUDIENCE: audiences
    .optional()
    .describe('the services that auth.token.issue makes tokens for, comma-separated; unset: it makes none'),
  TOKEN_LIFETIME_SECONDS: wholeNumber(60, inSeconds(hours(1)))
    .default(300)
    .describe('such a token expires after this long, and nothing ends it before; 60 to 3,600'),
  BCRYPT_COST: wholeNumber(10, 15)
    .default(10)
    .describe('log2 of the rounds of bcrypt, 10 to 15; one more doubles the time'),
  PASSWORD_MIN_LENGTH: wholeNumber(8, 64)
    .default(8)
    .describe('least characters of a new password, 8 to 64; NIST asks 15 where nothing else protects the account'),
  BREACHED_PASSWORDS: z
    .string()
    .optional()
    .describe(
      'file of the SHA-1 hashes of breached passwords, which no new one may be; unset: only the most common are refused',
    ),
  RATE_LIMITS: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('on')
    .describe('off lets everything through: for load tests, and only while PUBLIC_URL is loopback'),
  QUICK_TRPC: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('on')
    .describe("off sends every call under /trpc through tRPC's own adapter, which answers the same, but slowly"),
  SESSION_LIFETIME_SECONDS: wholeNumber(60, inSeconds(hours(24 * 400)))
    .default(inSeconds(hours(24 * 30)))
    .describe('a session ends this long after sign-in at the latest; 30 days'),
  SESSION_IDLE_SECONDS: wholeNumber(60, inSeconds(hours(24 * 400)))
    .default(inSeconds(hours(24 * 7)))
    .describe('a session ends after this long without use; 7 days'),
  VERIFIED_FOR_SECONDS: wholeNumber(60, inSeconds(hours(1)))
    .default(600)
    .describe('how long after a password was shown it need not be shown again, for what asks for it'),
  EVENTS_KEPT_DAYS: wholeNumber(1, 3650)
    .default(365)
    .describe('what happened to accounts is forgotten after so many days, 1 to 3,650'),
  FAILED_JOBS_KEPT_DAYS: wholeNumber(1, 3650)
    .default(30)
    .describe('jobs that were given up are removed after so many days, 1 to 3,650'),
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
