import { expect, test } from 'vitest';

import { canonicalIp, networkOf } from './ip-address.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:cb00:7109', '203.0.113.9'],
  ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
  ['64:ff9b::203.0.113.9', '203.0.113.9'],
  ['64:ff9b:1::203.0.113.9', '64:ff9b:1::cb00:7109'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
  [' 203.0.113.9 ', '203.0.113.9'],
])('%s is written %s', (text, ip) => {
  expect(canonicalIp(text)).toBe(ip);
});

test.each(['', 'unknown', '203.0.113', '203.0.113.9:80', '[::1]', '1.2.3.4.5', '0x7f.1', '2001:db8::1::2'])(
  '%j is no address',
  (text) => {
    expect(canonicalIp(text)).toBeUndefined();
  },
);

test('addresses of one /64 are one network, whatever their spelling, and neighbours are not', () => {
  const spellings = ['2001:db8:1:2::1', '2001:0DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:0:0:0:9'];
  expect(new Set(spellings.map(networkOf))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(networkOf('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('203.0.113.9')).toBe('203.0.113.9');
  expect(networkOf('unknown')).toBe('unknown');
});

test('GHSA-p6v2-xcpg-h6xw a thousand addresses of one /64 are one network, each in ten spellings', () => {
  const group = (number: number): string => number.toString(16).padStart(4, '0');
  const spellings = Array.from({ length: 1000 }, (_, host) => {
    const [low, high] = [group((host * 7919) % 65_536), group(host)];
    const [v4, v4Low] = [`${host % 256}.${host % 199}`, `${host % 7}.${host % 251}`];
    return [
      `2001:db8:1:2:0:0:${high}:${low}`,
      `2001:0db8:0001:0002:0000:0000:${high}:${low}`,
      `2001:DB8:1:2:0:0:${high}:${low}`.toUpperCase(),
      `2001:db8:1:2::${high}:${low}`,
      `2001:db8:1:2:${low}::${high}`,
      `2001:db8:1:2:${low}:${high}:0:0`,
      `2001:db8:1:2:0::${low}`,
      `2001:db8:1:2::${low}%eth0`,
      `2001:db8:1:2:0:0:${v4}.${v4Low}`,
      ` 2001:db8:1:2:ffff:0:${high}:${low} `,
    ];
  }).flat();
  expect(new Set(spellings).size).toBeGreaterThan(9000);
  expect(new Set(spellings.map((text) => networkOf(canonicalIp(text) ?? text)))).toEqual(
    new Set(['2001:db8:1:2::/64']),
  );
});
