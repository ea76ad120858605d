import { expect, test } from 'vitest';

import { createClientIp } from './client-ip.ts';
import type { RequestHead } from './request-head.ts';

const from = (peer: string, ...forwarded: string[]): RequestHead => ({
  peer,
  values: (name) => (name === 'x-forwarded-for' ? forwarded : []),
});

const trusting = createClientIp(['10.0.0.0/8', '2001:db8:1::/48', '127.0.0.1']);

test.each([
  ['nobody in between', from('203.0.113.9'), '203.0.113.9'],
  ['a mapped address', from('::ffff:203.0.113.9'), '203.0.113.9'],
  ['a header from somebody who is no proxy', from('203.0.113.9', '198.51.100.1'), '203.0.113.9'],
  ['one proxy', from('10.0.0.1', '203.0.113.9'), '203.0.113.9'],
  ['a mapped proxy', from('::ffff:10.0.0.1', '203.0.113.9'), '203.0.113.9'],
  ['two proxies', from('10.0.0.1', '203.0.113.9, 10.0.0.2'), '203.0.113.9'],
  ['two headers', from('10.0.0.1', '203.0.113.9', '10.0.0.2'), '203.0.113.9'],
  ['an address that the client made up', from('10.0.0.1', '1.2.3.4, 203.0.113.9'), '203.0.113.9'],
  ['a made-up address that would be trusted', from('10.0.0.1', '10.9.9.9, 203.0.113.9'), '203.0.113.9'],
  ['IPv6', from('2001:db8:1::1', '2001:DB8:2::9'), '2001:db8:2::9'],
  ['a proxy that says nothing', from('10.0.0.1'), '10.0.0.1'],
  ['a header of proxies only', from('10.0.0.1', '10.0.0.2'), '10.0.0.2'],
  ['a header that cannot be read', from('10.0.0.1', 'garbage'), 'unknown'],
  ['an empty header', from('10.0.0.1', ''), 'unknown'],
  ['an address with a port', from('10.0.0.1', '203.0.113.9:1234'), 'unknown'],
])('behind %s the client is found', (_what, request, address) => {
  expect(trusting(request)).toBe(address);
});

test('without trusted proxies no header counts', () => {
  expect(createClientIp([])(from('127.0.0.1', '203.0.113.9'))).toBe('127.0.0.1');
});
