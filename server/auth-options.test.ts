import { readFileSync } from 'node:fs';

import { expect, expectTypeOf, test } from 'vitest';

import { configFrom } from './auth-options.ts';
import type { Settings } from './auth-options.ts';
import { ConfigError, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { createAuth } from './create-auth.ts';
import { createLogger } from './kernel/logger.ts';
import { newToken } from './kernel/token.ts';
import type { Secret } from './kernel/token.ts';

test('a host’s options are the settings of the server alone, with the same defaults', () => {
  expect(configFrom({})).toEqual(readConfig({}));
  const options = { publicUrl: 'https://auth.example.com', trustedProxies: ['10.0.0.1', '10.0.0.2'], bcryptCost: 12 };
  expect(configFrom(options)).toEqual(
    readConfig({ PUBLIC_URL: 'https://auth.example.com', TRUSTED_PROXIES: '10.0.0.1,10.0.0.2', BCRYPT_COST: '12' }),
  );
  // What was checked once may be checked again: so the server alone is a host, too.
  const config = readConfig({ PORT: '0', CORS_ORIGINS: 'http://a.test,http://b.test', METRICS_PORT: '9464' });
  expect(configFrom({ ...config })).toEqual(config);
});

test('a host’s keys stay the same when they are checked again, as the server alone does', () => {
  const keys = [newToken(), newToken()].map((one) => one.reveal());
  const once = configFrom({ encryptionKeys: keys });
  const twice = configFrom({ ...once });
  for (const { encryptionKeys = [] } of [once, twice])
    expect(encryptionKeys.map((one) => Buffer.from(one.reveal(), 'base64').toString('base64url'))).toEqual(keys);
  expect(configFrom({ encryptionKeys: [] }).encryptionKeys).toBeUndefined();
  expect(() => configFrom({ encryptionKeys: [...keys, 'canary'] })).toThrow(
    /encryptionKeys: entry 3 must be 32 random bytes (?!.*canary)/,
  );
});

test('every wrong option is named at once, as the host wrote it', () => {
  const wrong = { publicUrl: 'http://auth.example.com', bcryptCost: 4, corsOrigins: ['shop.example.com'] };
  expect(() => configFrom(wrong)).toThrow(
    /publicUrl: must be https[^]*corsOrigins: entry 1 must be[^]*bcryptCost: must be at least 10/,
  );
  const contradiction = { publicUrl: 'https://auth.example.com', appUrl: 'http://localhost:5173' };
  expect(() => configFrom(contradiction)).toThrow(/appUrl: must not be a loopback address, because publicUrl is not/);
});

test('a part that is none is named with the rest, and not met at the first mail', () => {
  const wrong = { log: { info: () => {} }, mailer: { sendMail: () => {} }, sharesDatabase: 'yes' };
  const faultsOf = (parts: object, settings = {}) => {
    try {
      return configFrom(settings, parts) && [];
    } catch (error) {
      return error instanceof ConfigError ? error.faults.map((fault) => fault.split(':', 1)[0]) : error;
    }
  };
  expect(faultsOf(wrong, { publicURL: '', bcryptCost: 4 })).toEqual([
    'publicURL',
    'log',
    'mailer',
    'sharesDatabase',
    'bcryptCost',
  ]);
  expect(faultsOf({ log: null, mailer: async () => {} })).toEqual(['log', 'mailer']);
  expect(faultsOf({ log: console, mailer: { send: async () => {} }, sharesDatabase: false })).toEqual([]);
});

test('a page or a mail that cannot be is named before the first link is sent', () => {
  const faultsOf = (parts: object, publicUrl?: string): string[] => {
    try {
      configFrom(publicUrl === undefined ? {} : { publicUrl }, parts);
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.faults : [String(error)];
    }
  };
  const production = 'https://auth.example.com';
  const whole = /^pages\.verifyEmail: must be a whole address/;
  for (const [address, fault] of [
    ['https://app.example.com/verify?a=b', undefined],
    ['http://app.example.com/verify', /must be https/],
    ['http://localhost:5173/verify', /must not be a loopback address/],
    ['https://localhost/verify', /must not be a loopback address/],
    ['https://app.example.com/verify#', /must have no #/],
    ['https://app.example.com/#/verify', /must have no #/],
    ['https://user:canary@app.example.com/verify', whole],
    ['//app.example.com/verify', whole],
    ['/verify', whole],
    ['verify', whole],
    ['', whole],
    ['https:/app.example.com', whole],
    ['https:\\\\app.example.com', whole],
    ['https://app.example.com/a b', whole],
    ['https://app.example.com/\r\n', whole],
    ['javascript:alert(1)', whole],
    ['data:text/html,x', whole],
    [7, whole],
    [null, whole],
  ] as const) {
    const faults = faultsOf({ pages: { verifyEmail: address } }, production);
    expect([address, ...faults]).toEqual([address, ...(fault ? [expect.stringMatching(fault)] : [])]);
    expect(faults.join()).not.toContain('canary');
  }
  expect(faultsOf({ pages: { verifyEmail: 'http://localhost:5173/verify', undoEmail: undefined } })).toEqual([]);
  expect(faultsOf({ pages: { verifyEmail: 'http://app.example.com/verify' } })).toHaveLength(1);
  const mails = { passwordReset: () => ({}), welcome: () => ({}), emailTaken: 'Hello', newSignIn: undefined };
  expect(faultsOf({ pages: { login: 'https://a.test' }, mails }, 'ftp://x').map((one) => one.split(':', 1)[0])).toEqual(
    ['mails.welcome', 'mails.emailTaken', 'pages.login', 'publicUrl'],
  );
  expect(faultsOf({ pages: 'https://a.test', mails: [] })).toHaveLength(2);
});

test('a public host that waits for confirmed addresses has somebody who sends mails', () => {
  const options = { publicUrl: 'https://auth.example.com', requireVerifiedEmail: 'on' };
  expect(() => configFrom(options)).toThrow(/requireVerifiedEmail: must be off, or smtpUrl be set/);
  expect(configFrom(options, { mailer: { send: async () => {} } }).requireVerifiedEmail).toBe('on');
});

/** What a host has of its own. */
type OfTheProcess = 'port' | 'host' | 'metricsPort' | 'metricsHost' | 'logLevel' | 'quickTrpc';

test('createAuth looks at the parts, too, before it opens anything', async () => {
  const log = createLogger('silent', { write: () => {} });
  const sharesDatabase: unknown = 'yes';
  const options: object = { databaseUrl: 'file:/nowhere/at/all.db', log, mailer: {}, sharesDatabase };
  await expect(createAuth(options)).rejects.toThrow(/mailer: must have[^]*sharesDatabase: must be/);
});

test('every setting has an option of its type, and says its default where it is written', () => {
  type Same = { [Name in Exclude<keyof Config, OfTheProcess | 'encryptionKeys'>]?: Config[Name] | undefined } & {
    // Written as text, and a secret once they were checked.
    encryptionKeys?: (string | Secret)[] | undefined;
  };
  expectTypeOf<Settings>().branded.toEqualTypeOf<Same>();

  const source = readFileSync(new URL('auth-options.ts', import.meta.url), 'utf8');
  const written = [...source.matchAll(/@default (.+)\n +\*\/\n +(\w+)\?: .+ undefined;/g)];
  const defaults = Object.fromEntries(written.map(([, value = '', name = '']) => [name, value.replaceAll("'", '"')]));
  const { port, host, metricsPort, metricsHost, logLevel, quickTrpc, ...standard } = configFrom({});
  expect([port, host, metricsPort, metricsHost, logLevel, quickTrpc].length).toBe(6);
  expect(defaults).toEqual({
    ...Object.fromEntries(
      Object.entries(standard).map(([name, value]) => [name, JSON.stringify(value) ?? 'undefined']),
    ),
    appUrl: 'publicUrl',
    corsOrigins: 'undefined',
  });
  expect(standard.appUrl).toBe(standard.publicUrl);
});

test('an option that there is not is refused, and not taken for a default', () => {
  expect(() => configFrom({ publicURL: 'https://auth.example.com' })).toThrow('publicURL: there is no such option');
});

test('an empty list of origins is no list: it would let in whom it is meant to keep out', () => {
  expect(() => configFrom({ corsOrigins: [] })).toThrow('corsOrigins: must name an origin');
});
