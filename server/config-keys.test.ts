import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { ConfigError, readConfig } from './config.ts';

const faultsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
};

const keyOf = (text: string): string => Buffer.from(text).subarray(0, 32).toString('base64');
const oneKey = keyOf('a key that is only for these tests');
const otherKey = keyOf('and another one, for these tests');

test('takes several keys, in base64 or base64url, and prints none of them', () => {
  const config = readConfig({ ENCRYPTION_KEYS: `${oneKey}, ${otherKey.replace('=', '')}` });
  expect(config.encryptionKeys?.map((key) => key.reveal())).toEqual([oneKey, otherKey]);
  const printed =
    inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config) + String(config.encryptionKeys);
  expect(printed).toContain('[secret]');
  for (const key of [oneKey, otherKey]) expect(printed).not.toContain(key.slice(0, 40));
});

test.each([
  ['canary', 1],
  [`${oneKey},canary`, 2],
  [`${oneKey},`, 2],
  [`,${oneKey}`, 1],
  [`${oneKey},${otherKey},${Buffer.alloc(32).toString('base64')}`, 3],
])('says which key of %s is wrong and how one is made, and repeats none', (ENCRYPTION_KEYS, entry) => {
  expect(faultsOf({ ENCRYPTION_KEYS })).toBe(
    `The configuration has faults:\n  ENCRYPTION_KEYS: entry ${entry} must be 32 random bytes in base64, made by: openssl rand -base64 32`,
  );
});

test('refuses the same key twice, also in another spelling', () => {
  for (const again of [oneKey, oneKey.replace('=', '')])
    expect(faultsOf({ ENCRYPTION_KEYS: `${oneKey},${otherKey},${again}` })).toMatch(
      /^The configuration has faults:\n  ENCRYPTION_KEYS: entry 3 must be another key than those before it$/,
    );
});

test.each(['admins', 'everyone'])('asks of %s for a second factor only where one can be set up', (whom) => {
  const env = { REQUIRE_SECOND_FACTOR: whom };
  expect(faultsOf(env)).toMatch(/REQUIRE_SECOND_FACTOR: must be never, or ENCRYPTION_KEYS be set/);
  expect(faultsOf({ ...env, ENCRYPTION_KEYS: oneKey })).toBe('none');
  // One fault, told once.
  expect(faultsOf({ ...env, ENCRYPTION_KEYS: 'short' })).not.toContain('REQUIRE_SECOND_FACTOR');
});

test('asks nobody for one without a key, which is no fault', () => {
  expect(faultsOf({ REQUIRE_SECOND_FACTOR: 'never' })).toBe('none');
  expect(faultsOf({ PUBLIC_URL: 'https://auth.example.com' })).toBe('none');
});

test('services that tokens are made for are a fault without keys, which would sign them', () => {
  const env = { TOKEN_AUDIENCE: 'https://api.example.com, files' };
  expect(faultsOf(env)).toMatch(/TOKEN_AUDIENCE: needs ENCRYPTION_KEYS, which is not set/);
  expect(faultsOf({ ...env, ENCRYPTION_KEYS: oneKey })).toBe('none');
  expect(faultsOf({ ...env, ENCRYPTION_KEYS: 'short' })).not.toContain('TOKEN_AUDIENCE');
  expect(readConfig({ ...env, ENCRYPTION_KEYS: oneKey }).tokenAudience).toEqual(['https://api.example.com', 'files']);
});
