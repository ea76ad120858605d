/** The origin that a text spells exactly (`https://host:port`, no path), or `undefined`. */
export function originOf(text: string): string | undefined {
  // No origin is as long (RFC 1035 §2.3.4), and the expression takes its time over one that is.
  if (text.length > 300) return undefined;
  if (!/^https?:\/\/[^/?#@*,\\\s\p{C}]*[a-z0-9\]][^/?#@*,\\\s\p{C}]*\/?$/iu.test(text) || !URL.canParse(text))
    return undefined;
  return new URL(text).origin;
}

/** Whether an origin is this machine itself: localhost, a name under it, 127.0.0.0/8 or ::1 (RFC 6761 §6.3). */
export function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname, protocol } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return /^([a-z0-9-]+\.)*localhost$/.test(hostname) || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
