import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isMany } from '../../tests/support/many.ts';
import { holds, openHashes } from './sorted-hashes.ts';
import type { ReadAt } from './sorted-hashes.ts';

/** A text as a file, and what is read of it. */
function counting(text: string): { read: ReadAt; size: number; reads: number[] } {
  const file = Buffer.from(text);
  const reads: number[] = [];
  const read: ReadAt = async (position, bytes) => {
    const found = file.subarray(position, position + bytes);
    if (found.length < bytes) throw new Error('beyond the end');
    reads.push(bytes);
    return found;
  };
  return { read, size: file.length, reads };
}

const hash = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());
const count = fc.option(fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }), { nil: undefined });

test('a search finds what a set of the same hashes has, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      // Counts of any length, so that lines begin at any place of a block.
      fc.uniqueArray(fc.tuple(hash, count), { selector: ([one]) => one, minLength: 1, maxLength: 400, size: 'max' }),
      fc.array(hash, { maxLength: 20 }),
      fc.constantFrom(['\n', '\n'], ['\r\n', '\r\n'], ['\n', ''], ['\r\n', '']),
      async (lines, others, [lineEnd = '', last = '']) => {
        const sorted = lines.toSorted(([one], [other]) => (one < other ? -1 : 1));
        const texts = sorted.map(([one, times]) => (times === undefined ? one : `${one}:${times}`));
        const { read, size } = counting(texts.join(lineEnd) + last);
        const hashes = await openHashes(read, size);
        const all = new Set(lines.map(([one]) => one));
        const wanted = [...all, ...others, '0'.repeat(40), 'F'.repeat(40)];
        const found = await Promise.all(wanted.map(async (one) => await holds(hashes, one)));
        expect(wanted.filter((_, index) => found[index])).toEqual(wanted.filter((one) => all.has(one)));
      },
    ),
    { numRuns: isMany ? 1000 : 60, endOnFailure: true },
  );
});

test('a line that begins with a block is found as well', async () => {
  // 38 lines of 52 bytes and 40 of 53 are a block of 4,096.
  const all = Array.from({ length: 780 }, (_, index) => index.toString(16).toUpperCase().padStart(40, '0'));
  const text = all.map((one, index) => `${one}:${'1'.repeat(index % 78 < 38 ? 10 : 11)}\n`).join('');
  expect(text.slice(4095, 4096 + 40)).toBe(`\n${all[78]}`);
  const { read, size } = counting(text);
  const hashes = await openHashes(read, size);
  const found = await Promise.all(all.map(async (one) => await holds(hashes, one)));
  expect(all.filter((_, index) => !found[index])).toEqual([]);
});

/** 40 GB of which only what is read is there: 833 million lines of 48 bytes, evenly spread and ascending. */
const lineBytes = 48;
const lines = 833_333_333;
const hashOf = (line: number): string =>
  ((BigInt(line) << 160n) / BigInt(lines)).toString(16).toUpperCase().padStart(40, '0');

function hugeFile(): { read: ReadAt; size: number; reads: number[] } {
  const reads: number[] = [];
  const read: ReadAt = async (position, bytes) => {
    reads.push(bytes);
    const first = Math.floor(position / lineBytes);
    const many = Math.ceil((position + bytes) / lineBytes) - first;
    const text = Array.from({ length: many }, (_, index) => `${hashOf(first + index)}:12345\r\n`).join('');
    return Buffer.from(text).subarray(position - first * lineBytes, position - first * lineBytes + bytes);
  };
  return { read, size: lines * lineBytes, reads };
}

test('of 40 GB a search reads 24 times 4 kB at most, and the start 33 times', async () => {
  const { read, size, reads } = hugeFile();
  expect(hashOf(lines - 1)).toHaveLength(40);
  const hashes = await openHashes(read, size);
  expect(reads.length).toBeLessThanOrEqual(33);
  const places = [0, 1, 90, 91, lines / 3, lines / 2, 47_721_858, 123_456_789, lines - 2, lines - 1].map(Math.floor);
  for (const place of places) {
    const there = hashOf(place);
    const absent = (BigInt(`0x${there}`) + 1n).toString(16).toUpperCase().padStart(40, '0');
    for (const [wanted, isThere] of [
      [there, true],
      [absent, false],
    ] as const) {
      reads.length = 0;
      expect(await holds(hashes, wanted)).toBe(isThere);
      expect(reads.length).toBeLessThanOrEqual(24);
      expect(Math.max(...reads)).toBeLessThanOrEqual(4096 + 65);
    }
  }
});

const [a, b, c] = ['A', 'B', 'C'].map((digit) => digit.repeat(40));
const many = Array.from({ length: 2000 }, (_, index) => `${index.toString(16).toUpperCase().padStart(40, '0')}:1`);

test.each([
  ['is empty', ''],
  ['is empty', '\r\n\r\n'],
  ['ends in empty lines', `${a}\n${'\n'.repeat(200)}`],
  ['is not sorted by hash', `${b}:1\n${a}:1\n`],
  ['is not sorted by hash', many.toReversed().join('\n')],
  ['is not sorted by hash', [...many.slice(1000), ...many.slice(0, 1000)].join('\n')],
  ['has a line that is none of a hash', `${a}\n\n${c}\n`],
  ['has a line that is none of a hash', `${a?.toLowerCase()}:1\n`],
  ['has a line that is none of a hash', `${a?.slice(8)}:1\n`],
  ['has a line that is none of a hash', `${a}0:1\n`],
  ['has a line that is none of a hash', `${a}:many\n`],
  ['has a line that is none of a hash', `\uFEFF${a}:1\n`],
  ['has a line that is none of a hash', `${a}:1\n${'password123 '.repeat(1000)}`],
  ['has a line that is none of a hash', 'password123\n'],
  ['has a line that is none of a hash', '\u0000'.repeat(10_000)],
])('a text that %s is refused, and nothing of it told', async (fault, text) => {
  const { read, size } = counting(text);
  const opening = openHashes(read, size);
  await expect(opening).rejects.toThrow(fault);
  await expect(opening).rejects.not.toThrow('password123');
});
