import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

import { describe, expect, test } from 'vitest';

import { createSealedBox, encryptionKeyIn } from './sealed-box.ts';
import { randomness } from './token.ts';

const key = (): Buffer => randomness(32);
const seed = Buffer.from('12345678901234567890');
const keyIdOf = (one: Buffer): string => createHash('sha256').update(one).digest('hex').slice(0, 8);

describe('a sealed box', () => {
  test('gives back what was put in, to the same owner', () => {
    const box = createSealedBox([key()]);
    for (const plain of [seed, Buffer.alloc(0), randomness(5000)])
      expect(box.open(box.seal(plain, 'ada'), 'ada')).toEqual(plain);
  });

  test('has the layout that is written down, and says which key it is under without saying the key', () => {
    const writing = key();
    const sealed = createSealedBox([writing]).seal(seed, 'ada');
    expect(sealed).toHaveLength(1 + 4 + 12 + seed.length + 16);
    expect(sealed[0]).toBe(1);
    expect(sealed.toString('hex', 1, 5)).toBe(keyIdOf(writing));
    expect(sealed.includes(seed)).toBe(false);
    expect(sealed.includes(writing.subarray(0, 5))).toBe(false);
  });

  test('is another each time, also for the same content', () => {
    const box = createSealedBox([key()]);
    expect(box.seal(seed, 'ada')).not.toEqual(box.seal(seed, 'ada'));
  });

  test('reads what any of its keys has sealed, writes with the first, and tells the two apart', () => {
    const [old, current] = [key(), key()];
    const before = createSealedBox([old]).seal(seed, 'ada');
    const box = createSealedBox([current, old]);
    expect(box.open(before, 'ada')).toEqual(seed);
    expect(box.isCurrent(before)).toBe(false);
    const after = box.seal(seed, 'ada');
    expect(box.isCurrent(after)).toBe(true);
    expect(createSealedBox([current]).open(after, 'ada')).toEqual(seed);
    expect(box.isCurrent(Buffer.alloc(0))).toBe(false);
  });

  test('says of a key that is gone which one it was, and nothing else', () => {
    const [gone, current] = [key(), key()];
    const sealed = createSealedBox([gone]).seal(seed, 'ada');
    expect(() => createSealedBox([current]).open(sealed, 'ada')).toThrow(
      `What is sealed is under the key ${keyIdOf(gone)}, which is not among ENCRYPTION_KEYS`,
    );
  });

  test('opens nothing under another key that was given the id of the right one', () => {
    const [other, current] = [key(), key()];
    const sealed = createSealedBox([other]).seal(seed, 'ada');
    sealed.set(Buffer.from(keyIdOf(current), 'hex'), 1);
    expect(() => createSealedBox([current]).open(sealed, 'ada')).toThrow(/was changed/);
  });

  test('cannot be made of the same key twice', () => {
    const one = key();
    expect(() => createSealedBox([one, Buffer.from(one)])).toThrow('Two of the keys are the same');
  });

  test('cannot be made of a key of another length', () => {
    for (const length of [16, 24, 31, 33])
      expect(() => createSealedBox([randomness(length)]).seal(seed, 'ada')).toThrow(/key length/);
  });

  test('shows no key where it is printed', () => {
    const one = key();
    const box = createSealedBox([one]);
    const printed = inspect(box, { depth: 9, showHidden: true }) + JSON.stringify(box);
    for (const form of ['base64', 'base64url', 'hex'] as const) expect(printed).not.toContain(one.toString(form));
    expect(printed).not.toContain('Buffer');
  });
});

describe('the text of a key', () => {
  test('is 32 bytes in base64 or base64url', () => {
    for (let count = 0; count < 100; count += 1) {
      const bytes = key();
      expect(encryptionKeyIn(bytes.toString('base64'))).toEqual(bytes);
      expect(encryptionKeyIn(bytes.toString('base64url'))).toEqual(bytes);
    }
  });

  const good = Buffer.from('a key of thirty-two bytes: !\u00fb\u00ff\u00be!', 'latin1').toString('base64');

  test.each([
    ['nothing', ''],
    ['31 bytes', randomness(31).toString('base64')],
    ['33 bytes', randomness(33).toString('base64')],
    ['16 bytes in hexadecimal', randomness(16).toString('hex')],
    ['32 bytes in hexadecimal', randomness(32).toString('hex')],
    ['a sentence of 43 characters', 'this is the passphrase of our whole company'],
    ['one character less', good.slice(1)],
    ['no padding', good.replace('=', '')],
    ['a space in it', good.replace('e', ' ')],
    ['a line break behind it', `${good}\n`],
    ['both alphabets', `${good.slice(0, 10)}-${good.slice(11, 20)}+${good.slice(21)}`],
    ['bits that are not read', `${good.slice(0, -2)}F=`],
    ['zeros', Buffer.alloc(32).toString('base64')],
    ['the same byte throughout', Buffer.alloc(32, 0x61).toString('base64url')],
  ])('is none where it is %s', (_what, text) => {
    expect(encryptionKeyIn(good)).toHaveLength(32);
    expect(encryptionKeyIn(text)).toBeUndefined();
  });
});
