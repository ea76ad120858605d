import type { Credential } from '../deps.ts';
import { readToken } from '../kernel/token.ts';
import type { Secret } from '../kernel/token.ts';
import type { RequestHead } from './request-head.ts';

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
export function readCredential(request: RequestHead, cookies: string[]): Presented {
  const authorizations = request.values('authorization');
  const bearers = authorizations
    .filter((value) => /^bearer\b/i.test(value))
    .map((value) => value.replace(/^bearer +/i, ''));
  // A bearer token is sent on purpose, a cookie by itself.
  const isCookie = bearers.length === 0;
  const counting = isCookie ? cookies : bearers;
  return {
    credential: theOneOf(counting, { isCookie, isAlone: authorizations.length === 1 || isCookie }),
    isCookie: isCookie && cookies.length > 0,
    tokens: [...bearers, ...cookies].slice(0, mostTokens).flatMap((value) => readToken(value) ?? []),
  };
}

/** Of two credentials of one kind nobody can tell which is meant. */
function theOneOf(values: string[], { isAlone, isCookie }: { isAlone: boolean; isCookie: boolean }): Credential {
  if (values.length === 0) return { kind: 'none' };
  const token = values.length === 1 && isAlone ? readToken(values[0] ?? '') : undefined;
  return token ? { kind: 'token', token, isCookie } : { kind: 'unusable' };
}
