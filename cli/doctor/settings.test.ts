import { describe, expect, test } from 'vitest';

import { eachIsFound, rightSetUp, setting } from '../../tests/support/right-set-up.ts';
import { siteOf } from './sites.ts';

describe('of the settings the doctor', () => {
  eachIsFound(rightSetUp(), [
    [
      'PUBLIC_URL without https',
      setting({ PUBLIC_URL: 'http://auth.example.com' }),
      'fault',
      'settings',
      /PUBLIC_URL: must be https/,
    ],
    [
      'PUBLIC_URL with a path',
      setting({ PUBLIC_URL: 'https://example.com/auth' }),
      'fault',
      'settings',
      /PUBLIC_URL: .* nothing after it/,
    ],
    [
      'APP_URL with a path',
      setting({ APP_URL: 'https://app.example.com/home' }),
      'fault',
      'settings',
      /APP_URL: .* nothing after it/,
    ],
    [
      'APP_URL on this machine',
      setting({ APP_URL: 'http://localhost:5173' }),
      'fault',
      'settings',
      /APP_URL: must not be a loopback/,
    ],
    ['CORS_ORIGINS of anybody', setting({ CORS_ORIGINS: '*' }), 'fault', 'settings', /CORS_ORIGINS: entry 1/],
    [
      'CORS_ORIGINS without https',
      setting({ CORS_ORIGINS: 'http://app.example.com' }),
      'fault',
      'settings',
      /CORS_ORIGINS: must be https/,
    ],
    [
      'a proxy by its name',
      setting({ TRUSTED_PROXIES: 'proxy.internal' }),
      'fault',
      'settings',
      /TRUSTED_PROXIES: entry 1 must be IP/,
    ],
    ['a proxy that is everybody', setting({ TRUSTED_PROXIES: '0.0.0.0/0' }), 'fault', 'settings', /TRUSTED_PROXIES/],
    ['no sender of mails', setting({ MAIL_FROM: '' }), 'fault', 'settings', /MAIL_FROM: must be set/],
    [
      'a key that is too short',
      setting({ ENCRYPTION_KEYS: 'c2hvcnQ=' }),
      'fault',
      'settings',
      /openssl rand -base64 32/,
    ],
    [
      'a factor required without keys',
      setting({ ENCRYPTION_KEYS: '', REQUIRE_SECOND_FACTOR: 'admins' }),
      'fault',
      'settings',
      /REQUIRE_SECOND_FACTOR: must be never, or ENCRYPTION_KEYS/,
    ],
    [
      'a setting that is misspelt in .env',
      () => ({ file: { TRUSTED_PROXYS: '10.0.0.1' } }),
      'fault',
      'settings.name',
      /TRUSTED_PROXYS in .env .* Write TRUSTED_PROXIES/,
    ],
    [
      'a setting in small letters in .env',
      () => ({ file: { log_level: 'warn' } }),
      'fault',
      'settings.name',
      /Write LOG_LEVEL/,
    ],
    [
      'a setting that is misspelt in the environment',
      setting({ REGISTRATON: 'closed' }),
      'warning',
      'settings.name',
      /REGISTRATON of the environment .* Write REGISTRATION/,
    ],
    [
      'no CORS_ORIGINS',
      setting({ CORS_ORIGINS: '' }),
      'warning',
      'origins.open',
      /Set it to the origins of your pages/,
    ],
    ['no proxies', setting({ TRUSTED_PROXIES: '' }), 'warning', 'proxies.none', /TRUSTED_PROXIES .* is not set/],
    ['no mail server', setting({ SMTP_URL: '', MAIL_FROM: '' }), 'warning', 'mail.none', /SMTP_URL .* is not set/],
    ['no keys', setting({ ENCRYPTION_KEYS: '' }), 'warning', 'keys.none', /ENCRYPTION_KEYS is not set/],
    [
      'pages on another site',
      setting({ APP_URL: 'https://app.example.org', CORS_ORIGINS: 'https://www.example.com' }),
      'warning',
      'origins.site',
      /APP_URL has https:\/\/app\.example\.org.* no cookie/,
    ],
    [
      'further pages on another site',
      setting({ CORS_ORIGINS: 'https://shop.example.org' }),
      'warning',
      'origins.site',
      /CORS_ORIGINS has https:\/\/shop\.example\.org/,
    ],
    [
      'pages of a host that is shared',
      setting({
        PUBLIC_URL: 'https://auth.github.io',
        APP_URL: 'https://app.github.io',
        CORS_ORIGINS: 'https://auth.github.io',
      }),
      'warning',
      'origins.site',
      /APP_URL/,
    ],
    [
      'localhost and 127.0.0.1',
      setting({
        NODE_ENV: '',
        PUBLIC_URL: 'http://localhost:3000',
        APP_URL: 'http://127.0.0.1:5173',
        CORS_ORIGINS: '',
      }),
      'fault',
      'origins.site',
      /Use the same host in both/,
    ],
    [
      'production without PUBLIC_URL',
      setting({ PUBLIC_URL: '', APP_URL: '', CORS_ORIGINS: '' }),
      'warning',
      'origins.development',
      /Set PUBLIC_URL to the https address/,
    ],
    [
      'no limits',
      setting({ NODE_ENV: '', PUBLIC_URL: '', APP_URL: '', CORS_ORIGINS: '', RATE_LIMITS: 'off' }),
      'warning',
      'limits.off',
      /Take RATE_LIMITS away/,
    ],
    [
      'a development server that all may reach',
      setting({ NODE_ENV: '', PUBLIC_URL: '', APP_URL: '', CORS_ORIGINS: '', HOST: '0.0.0.0' }),
      'warning',
      'host.open',
      /set PUBLIC_URL, or take HOST away/,
    ],
  ]);
});

test.each([
  ['https://auth.example.com', 'https://app.example.com', true],
  ['https://auth.example.com', 'https://example.com:8443', true],
  ['https://auth.example.com', 'http://app.example.com', false],
  ['https://auth.example.co.uk', 'https://other.co.uk', false],
  ['https://auth.example.co.uk', 'https://app.example.co.uk', true],
  ['https://a.vercel.app', 'https://b.vercel.app', false],
  ['http://localhost:3000', 'http://localhost:5173', true],
  ['http://localhost:3000', 'http://127.0.0.1:3000', false],
  ['http://10.0.0.1', 'http://11.0.0.1', false],
  ['http://[::1]:1', 'http://[::1]:2', true],
])('%s and %s are one site: %s', (one, other, isOne) => {
  expect(siteOf(one) === siteOf(other)).toBe(isOne);
});
