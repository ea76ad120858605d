import { BlockList, isIPv6 } from 'node:net';

import { canonicalIp } from '../kernel/ip-address.ts';
import type { RequestHead } from './request-head.ts';

/** The address of whoever sent a request, or `unknown` where a trusted proxy sent a header that cannot be read, or nobody says. */
export type ClientIp = (request: RequestHead) => string;

/**
 * Believes `X-Forwarded-For` only as far as trusted proxies wrote it: from the right, past each
 * trusted address, to the first that is not. What stands left of that anybody may have made up.
 *
 * @param trustedProxies IP addresses and ranges in CIDR notation
 */
export function createClientIp(trustedProxies: string[]): ClientIp {
  const trusted = new BlockList();
  for (const range of trustedProxies) {
    const [ip = '', bits] = range.split('/');
    if (bits === undefined) trusted.addAddress(ip, family(ip));
    else trusted.addSubnet(ip, Number(bits), family(ip));
  }
  const isTrusted = (ip: string): boolean => trusted.check(ip, family(ip));

  return (request) => {
    const forwarded = request.values('x-forwarded-for').flatMap((value) => value.split(','));
    let ip = canonicalIp(request.peer ?? '');
    while (ip !== undefined && isTrusted(ip)) {
      const next = forwarded.pop();
      if (next === undefined) return ip;
      ip = canonicalIp(next);
    }
    return ip ?? 'unknown';
  };
}

const family = (ip: string): 'ipv4' | 'ipv6' => (isIPv6(ip) ? 'ipv6' : 'ipv4');
