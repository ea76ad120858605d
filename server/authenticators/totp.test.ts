import { HOTP, Secret } from 'otpauth';
import { decodeQR } from 'qr/decode.js';
import { describe, expect, test } from 'vitest';

import { seconds } from '../kernel/clock.ts';
import { newSeed, otpauthUriOf, qrOf, seedInBase32, stepOf } from './totp.ts';

const about = { issuer: 'Notes', account: 'ada@example.com' };
const ofRfc = Buffer.from('12345678901234567890');
const now = new Date('2026-01-01T00:00:10Z');
const step = Math.floor(now.getTime() / seconds(30));

const codeAt = (seed: Buffer, counter: number): string =>
  HOTP.generate({ secret: Secret.fromHex(seed.toString('hex')), counter });

describe('a code', () => {
  test.each([
    ['1970-01-01T00:00:59Z', '94287082'],
    ['2005-03-18T01:58:29Z', '07081804'],
    ['2005-03-18T01:58:31Z', '14050471'],
    ['2009-02-13T23:31:30Z', '89005924'],
    ['2033-05-18T03:33:20Z', '69279037'],
    ['2603-10-11T11:33:20Z', '65353130'],
  ])('at %s is the end of %s, as RFC 6238 appendix B has it', (time, code) => {
    const at = new Date(time);
    expect(stepOf(ofRfc, code.slice(-6), at)).toBe(Math.floor(at.getTime() / seconds(30)));
  });

  test('may be one step old, or one step early where a clock goes wrong, and says of which step it is', () => {
    for (const drift of [-1, 0, 1]) expect(stepOf(ofRfc, codeAt(ofRfc, step + drift), now)).toBe(step + drift);
  });

  test('is refused two steps away, on either side', () => {
    // Of a seed with no code twice among these.
    for (const drift of [-3, -2, 2, 3]) expect(stepOf(ofRfc, codeAt(ofRfc, step + drift), now)).toBeUndefined();
  });

  test('is good from 30 seconds before its own half minute until 30 seconds after it, to the millisecond', () => {
    const code = codeAt(ofRfc, step);
    const begin = step * seconds(30);
    const isGood = (time: number): boolean => stepOf(ofRfc, code, new Date(time)) !== undefined;
    expect([begin - 30_001, begin - 30_000, begin, begin + 59_999, begin + 60_000].map(isGood)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  test('that stands in several of the three steps is of the newest', () => {
    // Looked for: two such neighbours come once in a million.
    const first = 59_061_240;
    const code = codeAt(ofRfc, first);
    expect(codeAt(ofRfc, first + 1)).toBe(code);
    for (const at of [first, first + 1, first + 2])
      expect(stepOf(ofRfc, code, new Date(at * seconds(30)))).toBe(first + 1);
    expect(stepOf(ofRfc, code, new Date((first - 1) * seconds(30)))).toBe(first);
  });

  test.each([
    '',
    '12345',
    '1234567',
    '12345a',
    ' 12345',
    '123456\n',
    '12 456',
    '+12345',
    '１２３４５６',
    '١٢٣٤٥٦',
    '1e5000',
  ])('is six digits, and not %j', (code) => {
    expect(stepOf(ofRfc, code, now)).toBeUndefined();
  });

  test('keeps the zeros that it begins with', () => {
    const at = new Date('2005-03-18T01:58:29Z');
    expect(stepOf(ofRfc, '081804', at)).toBeDefined();
    expect(stepOf(ofRfc, '81804', at)).toBeUndefined();
  });

  test('of another seed is refused', () => {
    const [mine, other] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)];
    expect(stepOf(mine, codeAt(other, step), now)).toBeUndefined();
  });
});

describe('a seed', () => {
  test('has 160 bits, is another each time, and is typed in as 32 characters without padding', () => {
    const seeds = Array.from({ length: 1000 }, newSeed);
    expect(new Set(seeds.map((seed) => seed.length))).toEqual(new Set([20]));
    const written = seeds.map(seedInBase32);
    expect(new Set(written).size).toBe(1000);
    for (const text of written) expect(text).toMatch(/^[A-Z2-7]{32}$/);
    expect(seedInBase32(ofRfc)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  });

  test('is read alone, and not with what stands beside it in memory', () => {
    const memory = Buffer.concat([Buffer.alloc(7, 1), ofRfc, Buffer.alloc(7, 2)]);
    expect(seedInBase32(memory.subarray(7, 27))).toBe(seedInBase32(ofRfc));
  });
});

describe('the URI', () => {
  test('has all that an app asks for', () => {
    const uri = new URL(otpauthUriOf(ofRfc, about));
    expect([uri.protocol, uri.host, uri.pathname]).toEqual(['otpauth:', 'totp', '/Notes:ada%40example.com']);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret: seedInBase32(ofRfc),
      issuer: 'Notes',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });

  test.each([
    ['Notes & more', 'a+b?c=d#e/f@example.com'],
    ['Bücher 📚', 'ädä@bücher.example'],
    ['100 %', '"a b"@example.com'],
    ['x&secret=AAAA', 'x?secret=AAAA'],
  ])('keeps an issuer %s and an account %s as they are', (issuer, account) => {
    const text = otpauthUriOf(ofRfc, { issuer, account });
    const uri = new URL(text);
    expect(decodeURIComponent(uri.pathname)).toBe(`/${issuer}:${account}`);
    expect(uri.searchParams.getAll('issuer')).toEqual([issuer]);
    expect(uri.searchParams.getAll('secret')).toEqual([seedInBase32(ofRfc)]);
    // Not every app reads a plus as a space.
    expect(text).not.toContain('+');
  });

  test('has one colon in its label, whatever the names have', () => {
    const uri = new URL(otpauthUriOf(ofRfc, { issuer: 'localhost:3000', account: 'a:b@example.com' }));
    expect(decodeURIComponent(uri.pathname)).toBe('/localhost-3000:a-b@example.com');
    expect(uri.searchParams.get('issuer')).toBe('localhost-3000');
  });

  test('is there even where half a character stands at the end of a name that was cut', () => {
    expect(otpauthUriOf(ofRfc, { ...about, issuer: 'Notes \ud83d' })).toContain('otpauth://totp/Notes%20%EF%BF%BD:');
  });
});

describe('the QR code', () => {
  test('says the URI, to a reader that looks at its pixels', () => {
    const long = {
      issuer: 'An issuer with a rather long name',
      account: `${'a'.repeat(60)}@${'b'.repeat(60)}.example`,
    };
    for (const names of [about, long]) {
      const uri = otpauthUriOf(newSeed(), names);
      expect(decodeQR(pixelsOf(qrOf(uri)))).toBe(uri);
    }
  });

  test('is a picture and nothing else: it scales, is white by itself, runs nothing and loads nothing', () => {
    const svg = qrOf(otpauthUriOf(newSeed(), about));
    const [, size] = /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 (\d+) \1" /.exec(svg) ?? [];
    expect(svg).toContain(`<path fill="#fff" d="M0 0h${size}v${size}H0z"/>`);
    expect(svg.match(/<\/?\w+/g)).toEqual(['<svg', '<path', '<path', '</svg']);
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/script|style|href|url\(|\bon\w+=|:\/\/|&|<!/i);
    expect(svg.length).toBeLessThan(20_000);
  });

  test('keeps the margin of four modules that readers ask for', () => {
    const { width, data } = pixelsOf(qrOf('x'), 1);
    const isWhite = (x: number, y: number): boolean => data[(y * width + x) * 4] === 255;
    for (let at = 0; at < width; at += 1)
      for (let edge = 0; edge < 4; edge += 1)
        expect([isWhite(at, edge), isWhite(edge, at), isWhite(at, width - 1 - edge)]).toEqual([true, true, true]);
    expect(isWhite(4, 4)).toBe(false);
  });
});

/** Draws what our SVGs are made of: black bars on white. */
function pixelsOf(svg: string, scale = 4): { width: number; height: number; data: Uint8Array } {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]) * scale;
  const data = new Uint8Array(size * size * 4).fill(255);
  const [, black = ''] = /fill="#000" d="([^"]+)"/.exec(svg) ?? [];
  for (const [, x, y, length] of black.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column += 1)
        data.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
  return { width: size, height: size, data };
}
