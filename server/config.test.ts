import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { ConfigError, describeConfig, readConfig } from './config.ts';
import { environment } from './environment.ts';

const faultsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
};

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: 'file:./userAuth.db',
      databasePoolSize: 10,
      publicUrl: 'http://localhost:3000',
      appUrl: 'http://localhost:3000',
      corsOrigins: undefined,
      trustedProxies: [],
      registration: 'open',
      requireVerifiedEmail: 'off',
      requireSecondFactor: 'never',
      smtpUrl: undefined,
      mailFrom: undefined,
      encryptionKeys: undefined,
      tokenAudience: undefined,
      tokenLifetimeSeconds: 300,
      bcryptCost: 10,
      passwordMinLength: 8,
      rateLimits: 'on',
      quickTrpc: 'on',
      sessionLifetimeSeconds: 30 * 24 * 3600,
      sessionIdleSeconds: 7 * 24 * 3600,
      eventsKeptDays: 365,
      failedJobsKeptDays: 30,
      verifiedForSeconds: 600,
      metricsPort: undefined,
      metricsHost: '127.0.0.1',
      logLevel: 'info',
    });
  });

  test('cannot be changed after it was read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', CORS_ORIGINS: ' ' })).toEqual(readConfig({}));
  });

  test('reads lists, and origins in their one spelling', () => {
    const config = readConfig({
      PUBLIC_URL: 'https://Auth.Example.com:443/',
      CORS_ORIGINS: 'https://a.example.com, https://B.example.com:8443/',
      TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::/32,192.0.2.1',
    });
    expect(config.publicUrl).toBe('https://auth.example.com');
    expect(config.appUrl).toBe('https://auth.example.com');
    expect(config.corsOrigins).toEqual(['https://a.example.com', 'https://b.example.com:8443']);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);
    expect(config.host).toBe('::');
  });

  test.each([
    ['PORT', 'x'],
    ['PORT', '70000'],
    ['PORT', '1.5'],
    ['DATABASE_URL', 'userAuth.db'],
    ['DATABASE_URL', 'file:'],
    ['PUBLIC_URL', 'http://auth.example.com'],
    ['PUBLIC_URL', 'http://localhost.evil.test'],
    ['PUBLIC_URL', 'https://auth.example.com/path'],
    ['PUBLIC_URL', 'https://user@auth.example.com'],
    ['PUBLIC_URL', 'ftp://auth.example.com'],
    ['APP_URL', 'http://app.example.com'],
    ['PUBLIC_URL', 'https://..'],
    ['PUBLIC_URL', 'https://auth.example.com\u0000'],
    ['PUBLIC_URL', 'http://localhost@evil.test'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://*.example.com'],
    ['CORS_ORIGINS', 'https://a.example.com,'],
    ['TRUSTED_PROXIES', 'proxy.example.com'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '::/0'],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['REGISTRATION', 'maybe'],
    ['REQUIRE_VERIFIED_EMAIL', 'yes'],
    ['VERIFIED_FOR_SECONDS', '59'],
    ['TOKEN_AUDIENCE', 'two words'],
    ['TOKEN_AUDIENCE', 'files,'],
    ['TOKEN_AUDIENCE', 'files,mail,files'],
    ['TOKEN_AUDIENCE', 'a'.repeat(201)],
    ['TOKEN_LIFETIME_SECONDS', '59'],
    ['TOKEN_LIFETIME_SECONDS', '3601'],
    ['VERIFIED_FOR_SECONDS', '3601'],
    ['BCRYPT_COST', '9'],
    ['BCRYPT_COST', '16'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '65'],
    ['SESSION_IDLE_SECONDS', '0'],
    ['RATE_LIMITS', 'maybe'],
    ['METRICS_PORT', 'x'],
    ['METRICS_PORT', '3000'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toMatch(new RegExp(`^The configuration has faults:\n  ${name}: .+$`));
  });

  test('refuses an idle time beyond the lifetime, beside any other fault', () => {
    const faults = faultsOf({ PORT: 'x', SESSION_LIFETIME_SECONDS: '60', SESSION_IDLE_SECONDS: '61' });
    expect(faults.split('\n')).toHaveLength(3);
  });

  test('refuses loopback pages beside a public server', () => {
    const env = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'http://localhost:5173' };
    expect(faultsOf(env)).toMatch(/APP_URL: must not be a loopback address/);
  });

  test.each(['http://shop.example.com', 'http://localhost:5173'])(
    'refuses the page %s beside a public server',
    (page) => {
      expect(faultsOf({ CORS_ORIGINS: page })).toBe('none');
      expect(faultsOf({ CORS_ORIGINS: page, PUBLIC_URL: 'https://auth.example.com' })).toMatch(
        /CORS_ORIGINS: must be https/,
      );
    },
  );

  test('says which entry of a list is wrong', () => {
    expect(faultsOf({ CORS_ORIGINS: 'https://a.example.com,x' })).toContain('CORS_ORIGINS: entry 2 must be');
  });

  test.each([
    ['postgres://latchkey@localhost/latchkey', true],
    ['postgresql://latchkey@127.0.0.1:5433/latchkey', true],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/latchkey', true],
    ['postgres://latchkey@db.example.com/latchkey?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem', true],
    ['postgres://latchkey@db.example.com/latchkey?sslmode=verify-full', true],
    ['postgres://latchkey@db.internal/latchkey?sslmode=disable', true],
    ['postgres://latchkey@db.example.com/latchkey', false],
    ['postgres://latchkey@db.example.com/latchkey?sslmode=require', false],
    ['postgres://latchkey@localhost/latchkey?sslmode=prefer', false],
    ['postgres://latchkey@%2fvar%2frun%2fpostgresql/latchkey', true],
    ['postgres://latchkey@[::1]/latchkey', true],
    ['postgres://latchkey@a.localhost/latchkey', false],
    ['postgres://latchkey@0x7f.1/latchkey', false],
    ['postgres://latchkey@localhost,db.example.com/latchkey', false],
  ])('12.3.1 takes %s only where the way to the database is encrypted or said to be safe: %s', (url, isTaken) => {
    if (isTaken) expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
    else expect(faultsOf({ DATABASE_URL: url })).toMatch(/sslmode=verify-full/);
  });

  // The driver would take each of them for another host, another way or another setting than was checked.
  test.each([
    'postgres://u:/canary@db.internal/latchkey?sslmode=disable',
    'postgres://u:12/canary@127.0.0.1/latchkey',
    'postgres://canary#@127.0.0.1/latchkey',
    'postgres://u@127.0.0.1/latchkey?host=canary.example.com',
    'postgres:///latchkey',
    'postgres://u@db.example.com/latchkey?sslmode=verify-full&sslmode=disable',
    'postgres://u@127.0.0.1/latchkey?options=-c%20synchronous_commit%3Doff',
    'postgres://u@127.0.0.1/latchkey?statement_timeout=0',
    'file:postgres://u:canary@127.0.0.1/x',
  ])('refuses DATABASE_URL=%s, and repeats nothing of it', (url) => {
    expect(faultsOf({ DATABASE_URL: url })).toMatch(/DATABASE_URL: (cannot|may|must)/);
    expect(faultsOf({ DATABASE_URL: url })).not.toContain('canary');
  });

  test.each([
    ['@l%C2%ADocalhost/latchkey', 'must name its host in ASCII'],
    ['@%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/latchkey', 'must name its host in ASCII'],
    ['@localhost%00evil/latchkey', 'must name its host in ASCII'],
    ['@localhost/latchkey?sslmode=prefer', 'may leave sslmode out'],
    ['@localhost:3999999/latchkey', 'must have a port of 65535 at most'],
    ['@/latchkey', 'must name a host; a socket is written as one'],
    ['@/var/run/postgresql/latchkey', 'must name a host; a socket is written as one'],
    [':100%@localhost/latchkey', '% is %25'],
    [':100%e9@localhost/latchkey', '% is %25'],
    [':a b@localhost/latchkey', 'a space is %20'],
  ])('says of DATABASE_URL=postgres://latchkey%s what is wrong with it', (rest, sentence) => {
    expect(faultsOf({ DATABASE_URL: `postgres://latchkey${rest}` })).toContain(`DATABASE_URL: `);
    expect(faultsOf({ DATABASE_URL: `postgres://latchkey${rest}` })).toContain(sentence);
  });

  test.each(['http://.localhost:3000', 'http://a..localhost:3000', 'http://localhost.:3000'])(
    'takes %s for no loopback address',
    (url) => {
      expect(faultsOf({ PUBLIC_URL: url })).toMatch(/PUBLIC_URL: must be/);
    },
  );

  test.each([
    ['smtps://user:password@mail.example.com:465', true],
    ['smtp://mail.example.com', true],
    ['smtp://[::1]:2525/', true],
    ['SMTPS://us%40%2F%3A%25er:canary@Mail.example.com', true],
    ['mail.example.com', false],
    ['https://mail.example.com', false],
    ['smtp://', false],
    ['smtp://canary@mail.example.com', false],
    ['smtp://user:can/ary@mail.example.com', false],
    ['smtp://:canary@mail.example.com', false],
    ['smtp://us%er:canary@mail.example.com', false],
    ['smtp://user:canary@mail.example.com:0', false],
    ['smtp://user:canary@mail.example.com:70000', false],
    ['smtp://user:canary@mail.example.com?tls.rejectUnauthorized=false', false],
    ['smtp://user:canary@mail.example.com#', false],
    ['smtp://user:canary@mail.example.com/inbox', false],
    ['smtp://user:canary@mail_example.com\r\n', false],
  ])('takes SMTP_URL=%s only where it says all and nothing else: %s', (SMTP_URL, isTaken) => {
    const faults = faultsOf({ SMTP_URL, MAIL_FROM: 'no-reply@example.com' });
    if (isTaken) expect(faults).toBe('none');
    else expect(faults).toMatch(/\n  SMTP_URL: must be smtps:.*$/);
    expect(faults).not.toMatch(/can.?ary/);
  });

  test.each([
    ['no-reply@example.com', true],
    ['Notes <no-reply@example.com>', true],
    ['"Notes, Inc." <no-reply@example.com>', true],
    ['Nötes ✓ <no-reply@bücher.example>', true],
    ['<no-reply@example.com>', true],
    ['Notes', false],
    ['Notes no-reply@example.com', false],
    ['a@example.com, b@example.com', false],
    ['A <a@example.com>, B <b@example.com>', false],
    ['Notes\r\nBcc: eve@example.com <no-reply@example.com>', false],
    ['Notes <no-reply@example.com\r\nBcc: eve@example.com>', false],
  ])('1.3.11 takes MAIL_FROM=%j only where it is one sender in one line: %s', (MAIL_FROM, isTaken) => {
    const SMTP_URL = 'smtps://mail.example.com';
    if (isTaken) expect(faultsOf({ MAIL_FROM, SMTP_URL })).toBe('none');
    else expect(faultsOf({ MAIL_FROM, SMTP_URL })).toMatch(/MAIL_FROM: must be an e-mail address/);
  });

  test('wants a mail server for a sender: without one nobody would send', () => {
    expect(faultsOf({ MAIL_FROM: 'no-reply@example.com' })).toMatch(/MAIL_FROM: is of no use without SMTP_URL/);
  });

  test('wants a sender for mails, beside any other fault', () => {
    const faults = faultsOf({ PORT: 'x', SMTP_URL: 'smtps://mail.example.com' });
    expect(faults.split('\n').toSorted()).toEqual([
      expect.stringMatching(/^ {2}MAIL_FROM: must be set/),
      expect.stringMatching(/^ {2}PORT:/),
      'The configuration has faults:',
    ]);
  });

  test('does not let people wait for mails that nobody sends', () => {
    const env = { REQUIRE_VERIFIED_EMAIL: 'on' };
    expect(faultsOf(env)).toBe('none');
    const publicly = { ...env, PUBLIC_URL: 'https://auth.example.com' };
    expect(faultsOf(publicly)).toMatch(/REQUIRE_VERIFIED_EMAIL: must be off, or SMTP_URL be set/);
    expect(faultsOf({ ...publicly, SMTP_URL: 'smtps://mail.example.com', MAIL_FROM: 'us@example.com' })).toBe('none');
    expect(readConfig(publicly, { hasMailer: true }).requireVerifiedEmail).toBe('on');
  });

  test('refuses to switch the limits off where the world can reach them', () => {
    expect(faultsOf({ RATE_LIMITS: 'off' })).toBe('none');
    expect(faultsOf({ RATE_LIMITS: 'off', PUBLIC_URL: 'https://auth.example.com' })).toMatch(/RATE_LIMITS: must be on/);
  });

  test('never repeats a value that may be a secret', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://user:canary@host/db' })).not.toContain('canary');
  });

  test('is described by --help and by .env.example, variable by variable', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    for (const name of Object.keys(environment.shape)) {
      expect(describeConfig()).toContain(`  ${name} `);
      expect(example).toMatch(new RegExp(`^# ?${name}=`, 'm'));
    }
  });

  test('is what the example says: every line of .env.example is a default or is accepted', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const lines = [...example.matchAll(/^# ?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(faultsOf(Object.fromEntries(lines))).toBe('none');
  });
});
