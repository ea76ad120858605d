import { isLoopback, originOf } from '../kernel/origin.ts';

/** What the origin of a request allows. CORS and the defence against forged requests are one decision. */
export interface OriginVerdict {
  /** Whose script may read the answer: this origin, with credentials; anybody, without; nobody else's. */
  readableBy: 'thisOrigin' | 'anyOrigin' | 'noOtherOrigin';
  /** Whether a session cookie is read from the request and set on the answer. */
  takesCookies: boolean;
  /** Whether procedures that change something may run. */
  mayChange: boolean;
}

export interface OriginRule {
  publicUrl: string;
  appUrl: string;
  corsOrigins: string[] | undefined;
}

/** What browsers say of the page that asks. */
export interface OriginHeaders {
  origin?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
}

export type OriginCheck = (headers: OriginHeaders) => OriginVerdict;

/** The one rule about browser origins; docs/origins.md says the same in a table. */
export function createOriginCheck({ publicUrl, appUrl, corsOrigins }: OriginRule): OriginCheck {
  const own = new Set([publicUrl, appUrl, ...(corsOrigins ?? [])]);
  const anyLoopback = isLoopback(publicUrl);

  return ({ origin, 'sec-fetch-site': site }) => {
    if (origin === undefined) {
      // Browsers name the origin of every POST: a change without one comes from a program, unless
      // the fetch metadata says that another site's page is behind it, or what no browser would say.
      const isForged = site !== undefined && site !== 'same-origin' && site !== 'none';
      return { readableBy: 'noOtherOrigin', takesCookies: true, mayChange: !isForged };
    }
    if (own.has(origin) || (anyLoopback && originOf(origin) === origin && isLoopback(origin))) {
      return { readableBy: 'thisOrigin', takesCookies: true, mayChange: true };
    }
    if (corsOrigins === undefined) return { readableBy: 'anyOrigin', takesCookies: false, mayChange: true };
    return { readableBy: 'noOtherOrigin', takesCookies: false, mayChange: false };
  };
}
