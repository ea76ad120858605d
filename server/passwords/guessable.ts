import { domainToUnicode } from 'node:url';

import { folded } from './folded.ts';

/** What a guess would begin with. */
export type Guess = 'email' | 'product' | 'host';

/**
 * What a password is made of that anybody could guess who knows where it is used and by whom: one of
 * these names, or one and digits (ASVS 6.2.11). The whole password counts: a long one may contain them.
 *
 * @param known the account's address, and the origins at which the server and its pages are reached
 */
export function guessableFrom(password: string, known: { email: string; origins: string[] }): Guess | undefined {
  const wanted = folded(password);
  const isMadeOf = (name: string): boolean =>
    wanted.startsWith(folded(name)) && /^\d*$/.test(wanted.slice(folded(name).length));

  const [localPart = ''] = known.email.split('@');
  if ([localPart, known.email].some(isMadeOf)) return 'email';
  if (isMadeOf('latchkey')) return 'product';
  if (known.origins.flatMap(namesIn).some(isMadeOf)) return 'host';
  return undefined;
}

// What stands in so many hosts that it names none. "co" and the like are left out by their length.
const generic = new Set(['account', 'accounts', 'api', 'app', 'auth', 'id', 'localhost', 'login', 'sso', 'www']);
const shortestName = 3;

/** The labels of a host that name somebody, as people write them: none of an IP address, no top-level domain. */
function namesIn(origin: string): string[] {
  const { hostname } = new URL(origin);
  const labels = domainToUnicode(hostname).split('.');
  // Only an address ends in a number (URL standard). One label alone, as inside a company, is no top-level domain.
  if (hostname.startsWith('[') || /^\d+$/.test(labels.at(-1) ?? '')) return [];
  return (labels.length > 1 ? labels.slice(0, -1) : labels).filter(
    (label) => Array.from(label).length >= shortestName && !generic.has(label) && !/^\d+$/.test(label),
  );
}
