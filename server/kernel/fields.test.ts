import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';

import { emailAddress, password, personName } from './fields.ts';

describe('an e-mail address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace+math@Example.COM', 'ada.lovelace+math@example.com'],
    ['ADA@MÜNCHEN.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example'],
    ['用户@例子.test', '用户@xn--fsqu00a.test'],
    ['e\u0301va@example.com', 'éva@example.com'],
    [`${'a'.repeat(242)}@example.com`, `${'a'.repeat(242)}@example.com`],
  ])('%j has the canonical form %j', (written, canonical) => {
    expect(emailAddress.parse(written)).toBe(canonical);
  });

  test.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@example',
    'ada@.com',
    'ada@example..com',
    'ada@example.com.',
    'ada@@example.com',
    '-fx@example.com',
    'ada@example.com,eve@evil.test',
    '"ada@evil.test"@example.com',
    'ada @example.com',
    ' ada@example.com',
    'ada@example.com\r\nBcc: eve@evil.test',
    'ada@example.com\u0000',
    'ada\u200b@example.com',
    'ada\u202e@example.com',
    'ada\ud800@example.com',
    'ada＠example.com',
    'ada＠evil.test@example.com',
    'ada@example.com（comment）',
    'ada，eve@example.com',
    '<ada@example.com>',
    'ada\ufe0f@example.com',
    'ada\u034f@example.com',
    'ada\u3164@example.com',
    'ada\u2800@example.com',
    'ada@ex\u00adample.com',
    'ada@example．com',
    'ada@ｅxample.com',
    'ada@127.0.0.1',
    'ada@0x7f.1',
    'ada@example.123',
    'ada@exa_mple.com',
    'ada@a/b.example.com',
    'ada@example.com/path',
    'ada@example.com:25',
    'ada@-example.com',
    'ada@example-.com',
    'ada@exa%6dple.com',
    'ada@[127.0.0.1]',
    `${'a'.repeat(243)}@example.com`,
    `${'ü'.repeat(122)}@example.com`,
    `ada@${'a'.repeat(250)}.com`,
    ['ada@example.com'],
    { email: 'ada@example.com' },
    42,
    null,
    undefined,
  ])('%j is refused', (written) => {
    expect(emailAddress.safeParse(written).success).toBe(false);
  });

  test('in canonical form is its own canonical form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.domain(), (local, domain) => {
        const once = emailAddress.safeParse(`${local}@${domain}`);
        if (once.success) expect(emailAddress.parse(once.data)).toBe(once.data);
      }),
      { numRuns: 1000 },
    );
  });

  test('of 100 kB is refused at once', () => {
    const started = performance.now();
    for (const unit of ['a', '@', '.', 'a.', '@a.', ' ']) {
      expect(emailAddress.safeParse(unit.repeat(100_000)).success).toBe(false);
    }
    // Bounded loosely: it takes milliseconds, and minutes if the expression ever backtracks (ASVS 1.3.12).
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a password', () => {
  test.each([
    ['64 characters of four bytes', '😀'.repeat(64)],
    ['256 characters', 'a'.repeat(256)],
    ['1,024 bytes', '😀'.repeat(256)],
    ['spaces at the ends', '  leading and trailing  '],
    ['control characters', 'tab\tand\nline'],
  ])('of %s is taken as it is', (_what, value) => {
    expect(password.parse(value)).toBe(value);
  });

  test.each([
    ['257 characters', 'a'.repeat(257)],
    ['more than 1,024 bytes', '😀'.repeat(256) + 'a'],
    ['no characters', ''],
    ['U+0000', 'pass\u0000word'],
    ['a lone surrogate', 'pass\ud800word'],
  ])('with %s is refused', (_what, value) => {
    expect(password.safeParse(value).success).toBe(false);
  });

  test('is the same whether its accents are composed or not', () => {
    expect(password.parse('cafe\u0301 au lait')).toBe(password.parse('caf\u00e9 au lait'));
  });
});

// Of each letter with marks on it, as many as fit a password when they are composed.
test.each(['한', 'ệ', 'é', '😀'])('a password of 256 or 1,024 bytes of %s fits, however it is written', (letter) => {
  const longest = letter.repeat(Math.min(256, Math.floor(1024 / Buffer.byteLength(letter))));
  expect(password.parse(longest.normalize('NFD'))).toBe(longest);
});

// Normalising marks takes time that grows with the square of their number: 10,000 of them 0.3 seconds.
test.each([password, emailAddress, personName])(
  'a text that no field can hold is refused before it is normalised',
  (field) => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const marks = `a${'\u0301\u0316'.repeat(5000)}`;
    expect(field.safeParse(marks).error?.issues).toMatchObject([{ message: 'Is too long.' }]);
    expect(normalize).not.toHaveBeenCalled();
    normalize.mockRestore();
  },
);

describe('a name', () => {
  test.each(['Ada', 'Ada Lovelace', '李小龍', "O'Brien <b>", ' spaced '])('%j is kept exactly', (name) => {
    expect(personName.parse(name)).toBe(name);
  });

  test.each(['', '   ', 'a'.repeat(101), 'Ada\r\nBcc: x', 'Ada\u0000', '\ud800', '\u200b\u3164', 'Ada\u2028Eve'])(
    '%j is refused',
    (name) => {
      expect(personName.safeParse(name).success).toBe(false);
    },
  );

  test('has at most 100 characters, however many bytes', () => {
    expect(personName.safeParse('😀'.repeat(100)).success).toBe(true);
    expect(personName.safeParse('😀'.repeat(101)).success).toBe(false);
  });
});
