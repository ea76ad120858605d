import { isIP, isIPv4 } from 'node:net';

/**
 * An IP address in its one spelling, IPv4 where it is one in IPv6's clothes (RFC 4291 §2.5.5.2, and
 * behind a translator RFC 6052 §2.1), or `undefined` where the text is no address.
 */
export function canonicalIp(text: string): string | undefined {
  const [ip = ''] = text.trim().split('%', 1);
  if (isIPv4(ip)) return ip;
  if (isIP(ip) !== 6) return undefined;
  const groups = groupsOf(ip);
  if (!mappings.includes(groups.slice(0, 6).join())) return compressed(ip);
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

/** What stands before an IPv4 address: ::ffff:0:0/96 and 64:ff9b::/96. */
const mappings = [[0, 0, 0, 0, 0, 0xffff].join(), [0x64, 0xff9b, 0, 0, 0, 0].join()];

/**
 * Whom a limit counts for: an IPv4 address, or the /64 of an IPv6 address, in which one customer
 * has 2^64 addresses to choose from. What is no address stays as it is: one bucket for all such.
 */
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  return `${groupsOf(ip)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/**
 * What is likely to be one provider at one place: the /16 of an IPv4 address, the /32 of an IPv6 address
 * (RIPE-738 §5.1). What is no address stays as it is.
 */
export function widerNetworkOf(ip: string): string {
  if (isIPv4(ip)) return `${ip.split('.').slice(0, 2).join('.')}.0.0/16`;
  if (isIP(ip) !== 6) return ip;
  const [first, second] = groupsOf(ip).map((group) => group.toString(16));
  return `${first}:${second}::/32`;
}

// The URL parser writes every spelling of an IPv6 address in one way (WHATWG URL, IPv6 serializer).
const compressed = (ip: string): string => new URL(`http://[${ip}]`).hostname.slice(1, -1);

function groupsOf(ip: string): number[] {
  const [head = '', tail] = compressed(ip).split('::');
  const parse = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [first, last] = [parse(head), parse(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<number>(missing).fill(0), ...last];
}
