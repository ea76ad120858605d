import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { deviceOf } from './device.ts';

const apple = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0';

describe('the device of a session', () => {
  test.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0', 'Firefox 152', 'Windows'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/148.0.3065.59`,
      'Microsoft Edge 148',
      'Windows',
    ],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${apple} Version/19.2 Safari/605.1.15`, 'Safari 19', 'macOS'],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) ${apple} Version/19.2 Mobile/15E148 Safari/604.1`,
      'Safari 19',
      'iOS',
    ],
    [`Mozilla/5.0 (Linux; Android 16; K) ${chrome} Mobile Safari/537.36`, 'Chrome 148', 'Android'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${chrome} Safari/537.36`, 'Chrome 148', 'Chrome OS'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36 OPR/130.0.0.0`, 'Opera 130', 'Linux'],
  ])('is told in words that its owner knows: %s', (userAgent, browser, system) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system });
  });

  test.each(['', 'curl/8.5.0', 'node', '-', 'garbage', '('])(
    'is not made up where %o says nothing of it',
    (userAgent) => {
      expect(deviceOf(userAgent).system).toBeNull();
    },
  );

  test.each([
    'Mozilla/5.0 (Windows NT 10.0) <script>alert(1)</script>/1.0',
    '<img src=x onerror=alert(1)>/9.1 (Linux)',
    '"><svg/onload=alert(1)>',
    'Firefox/<b>152</b>',
    "x'; drop table sessions; --/1.0",
    '\u202Emoc.live/1.0 \u0007',
  ])('has no markup and no control in it, whatever %o is', (userAgent) => {
    for (const words of Object.values(deviceOf(userAgent))) expect(words ?? '').toMatch(/^[\w .+-]{0,64}$/);
  });

  test('is short and of harmless characters, whatever is sent', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('Mozilla/5.0 ', 'Firefox/', '('),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        for (const words of Object.values(deviceOf(parts.join('')))) expect(words ?? '').toMatch(/^[\w .+-]{0,64}$/);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a', 'a'.repeat(100_000)],
    ['a name and digits', 'Version/9'.repeat(12_000)],
    ['brackets', '('.repeat(100_000)],
    ['spaces', `Mozilla/5.0${' '.repeat(100_000)}x`],
    ['slashes', '/'.repeat(100_000)],
  ])('1.3.3 is read in no time out of 100 kB of %s', (_what, userAgent) => {
    const begin = performance.now();
    deviceOf(userAgent);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});
