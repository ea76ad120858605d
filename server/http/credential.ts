import type { IncomingMessage } from 'node:http';

import type { Credential } from '../deps.ts';
import { readToken } from '../kernel/token.ts';
import type { Secret } from '../kernel/token.ts';

/** What a request has to prove a session with. */
export interface Presented {
  /** The one that counts. */
  credential: Credential;
  /** Whether that one came in a cookie. */
  isCookie: boolean;
  /** Every token in the request, also beside the one that counts. */
  tokens: Secret[];
}

// More than a client of ours ever sends; each costs a statement at the next sign-in.
const mostTokens = 10;

/** @param cookies what stands in the session cookies that the origin of the request allows to be read */
export function readCredential(request: IncomingMessage, cookies: string[]): Presented {
  const bearers = (request.headersDistinct.authorization ?? [])
    .filter((value) => /^bearer\b/i.test(value))
    .map((value) => value.replace(/^bearer +/i, ''));
  // A bearer token is sent on purpose, a cookie by itself.
  const counting = bearers.length > 0 ? bearers : cookies;
  return {
    credential: theOneOf(counting, request.headersDistinct.authorization?.length === 1 || bearers.length === 0),
    isCookie: bearers.length === 0 && cookies.length > 0,
    tokens: [...bearers, ...cookies].slice(0, mostTokens).flatMap((value) => readToken(value) ?? []),
  };
}

/** Of two credentials of one kind nobody can tell which is meant. */
function theOneOf(values: string[], isAlone: boolean): Credential {
  if (values.length === 0) return { kind: 'none' };
  const token = values.length === 1 && isAlone ? readToken(values[0] ?? '') : undefined;
  return token ? { kind: 'token', token } : { kind: 'unusable' };
}
