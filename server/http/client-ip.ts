import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The address of whoever sent a request, or `unknown` where a trusted proxy sent a header that cannot be read. */
export type ClientIp = (request: IncomingMessage) => string;

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
    const forwarded = request.headersDistinct['x-forwarded-for']?.join(',').split(',') ?? [];
    let ip = normalised(request.socket.remoteAddress ?? '');
    while (isIP(ip) !== 0 && isTrusted(ip)) {
      const next = forwarded.pop();
      if (next === undefined) return ip;
      ip = normalised(next.trim());
    }
    return isIP(ip) === 0 ? 'unknown' : ip;
  };
}

const family = (ip: string): 'ipv4' | 'ipv6' => (isIP(ip) === 6 ? 'ipv6' : 'ipv4');

/** An IPv4 address that came in as `::ffff:192.0.2.1` is written as IPv4 (RFC 4291 §2.5.5.2). */
const normalised = (ip: string): string => ip.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
