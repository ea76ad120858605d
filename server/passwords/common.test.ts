import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { fingerprints, listed } from '../../scripts/common-passwords.mjs';
import { fingerprintBytes, isCommon } from './common.ts';

const file = readFileSync(new URL('common-passwords.bin', import.meta.url));

describe('the list of common passwords', () => {
  test('has 30,000 entries at least', () => {
    expect(file.length % fingerprintBytes).toBe(0);
    expect(file.length / fingerprintBytes).toBeGreaterThanOrEqual(30_000);
    expect(listed.filter((password) => password.length >= 8).length).toBeGreaterThan(10_000);
  });

  test('is what the script makes of the package that is installed', () => {
    expect(file.equals(fingerprints)).toBe(true);
  });

  test('finds every password that is listed, in upper case, too', () => {
    expect(listed.filter((password) => !isCommon(password))).toEqual([]);
    expect(listed.filter((password) => !isCommon(password.toUpperCase()))).toEqual([]);
  });

  test('finds no random one', () => {
    const random = Array.from({ length: 10_000 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('base64'),
    );
    expect(random.filter((password) => isCommon(password))).toEqual([]);
  });

  test('compares the whole password', () => {
    expect(isCommon('password123')).toBe(true);
    expect(isCommon('password123 ')).toBe(false);
    expect(isCommon('my password123')).toBe(false);
  });
});
