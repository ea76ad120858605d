import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { hashRecoveryCode, newRecoveryCodes, readRecoveryCode } from './recovery-codes.ts';
import { newSeed } from './totp.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const code = '0123-4567-89ab-cdef-ghjk-1m0p';
const reads = (written: string): string | undefined => readRecoveryCode(written)?.reveal();

/** Ten thousand codes, which are made once. */
const many = Array.from({ length: 1000 }, newRecoveryCodes)
  .flat()
  .map((one) => one.reveal());

describe('recovery codes', () => {
  test('are ten, in six groups of four characters that nobody takes for others', () => {
    const codes = newRecoveryCodes();
    expect(codes).toHaveLength(10);
    for (const one of codes) expect(one.reveal()).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/);
  });

  test('6.5.3 codes and seeds are random: none of ten thousand comes twice, and each bit is as often set as not', () => {
    expect(new Set(many).size).toBe(10_000);
    const seeds = Array.from({ length: 10_000 }, newSeed);
    expect(new Set(seeds.map((seed) => seed.toString('hex'))).size).toBe(10_000);
    const bitsOfCodes = many.map((one) =>
      one.replaceAll('-', '').replaceAll(/./g, (character) => alphabet.indexOf(character).toString(2).padStart(5, '0')),
    );
    const bitsOfSeeds = seeds.map((seed) => [...seed].map((byte) => byte.toString(2).padStart(8, '0')).join(''));
    for (const bits of [bitsOfCodes, bitsOfSeeds]) expectToBeEven(bits);
  });

  test('6.5.4 codes have more than 20 bits: 120, and those of an app 160 behind six digits', () => {
    expect(new Set(many.map((one) => one.replaceAll('-', '').length * Math.log2(alphabet.length)))).toEqual(
      new Set([120]),
    );
    // Every character stands in every place.
    for (let place = 0; place < 24; place += 1)
      expect(new Set(many.map((one) => one.replaceAll('-', '')[place])).size).toBe(32);
    expect(newSeed().length * 8).toBe(160);
  });

  test('do not print', () => {
    const [one] = newRecoveryCodes();
    expect([String(one), JSON.stringify(one)]).toEqual(['[secret]', '"[secret]"']);
  });

  test('are read back as they were made', () => {
    for (const one of many.slice(0, 1000)) expect(reads(one)).toBe(one);
  });

  test.each([
    ['without hyphens', '0123456789abcdefghjk1m0p'],
    ['in capitals', '0123-4567-89AB-CDEF-GHJK-1M0P'],
    ['with spaces', ' 0123 4567 89ab cdef ghjk 1m0p\n'],
    ['with a tab and a space that does not break', '0123\t4567\u00a089ab-cdef-ghjk-1m0p'],
    ['in other groups', '01-234567-89abcdef-ghjk1m0p'],
    ['with the dashes of a word processor', '0123\u20104567\u201389ab\u2014cdef\u2011ghjk-1m0p'],
    ['with o for 0, and i and l for 1', 'ol23-4567-89ab-cdef-ghjk-imop'],
    ['with O for 0, and I and L for 1', 'OI23-4567-89AB-CDEF-GHJK-LMOP'],
  ])('are read %s', (_how, written) => {
    expect(reads(written)).toBe(code);
  });

  test.each([
    ['nothing', ''],
    ['spaces and hyphens', ' - - '],
    ['one character too few', code.slice(1)],
    ['one character too many', `${code}0`],
    ['a u in it', code.replace('a', 'u')],
    ['a letter of another alphabet', code.replace('a', 'а')],
    ['a digit of another alphabet', code.replace('4', '４')],
    ['something else in between', code.replace('-', '_')],
    ['two of them', `${code} ${code}`],
    ['a code of an app', '123456'],
  ])('are not read where it is %s', (_what, written) => {
    expect(reads(code)).toBe(code);
    expect(reads(written)).toBeUndefined();
  });

  test('6.5.2 codes are stored as SHA-256, which is enough for 112 bits and more, the same however they were typed in', () => {
    const typed = readRecoveryCode(code.toUpperCase().replaceAll('-', ' '));
    expect(typed && hashRecoveryCode(typed)).toEqual(createHash('sha256').update(code).digest());
    const hashes = newRecoveryCodes().map((one) => hashRecoveryCode(one).toString('hex'));
    expect(new Set(hashes).size).toBe(10);
    expect(Math.min(...many.map((one) => one.replaceAll('-', '').length * 5))).toBeGreaterThanOrEqual(112);
  });
});

/** Each bit in half of them, within six standard deviations: chance fails this once in a million runs. */
function expectToBeEven(bits: string[]): void {
  const most = (6 * Math.sqrt(bits.length)) / 2;
  for (let place = 0; place < (bits[0] ?? '').length; place += 1) {
    const set = bits.filter((one) => one[place] === '1').length;
    expect(Math.abs(set - bits.length / 2)).toBeLessThan(most);
  }
}
