import { createTRPCClient, httpBatchLink, httpLink, splitLink } from '@trpc/client';
import type { TRPCClient } from '@trpc/client';

import type { AppRouter } from '../server/router.ts';
import { sessionStoreLink } from './session-store.ts';
import type { TokenStorage } from './session-store.ts';

/**
 * The type of the server's router, for whoever builds a tRPC client of their own.
 *
 * @example
 * const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: 'http://localhost:3000/trpc' })] });
 */
export type { AppRouter } from '../server/router.ts';

/**
 * What {@link createAuthClient} takes.
 *
 * @example
 * const options: AuthClientOptions = { url: 'https://auth.example.com', storage: memoryStorage() };
 */
export interface AuthClientOptions {
  /**
   * The server's address, without `/trpc`.
   *
   * @example 'https://auth.example.com'
   */
  url: string;
  /**
   * Where to keep the session's token, for a native app or a program. With it the client sends the
   * token as a bearer token and uses no cookies.
   *
   * @default none: the session lives in an HttpOnly cookie, as it should in a browser
   */
  storage?: TokenStorage;
  /**
   * Makes the requests.
   *
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch;
}

/**
 * The procedures of the server, each with the types of its input, its answer and its refusals.
 *
 * @example
 * const show = async (auth: AuthClient) => await auth.me.query();
 */
export type AuthClient = TRPCClient<AppRouter>['auth'];

// The server takes no more calls than this in one request.
const maxBatchedCalls = 10;
// Longer URLs are cut off by some proxies.
const maxUrlLength = 2000;

/**
 * Makes a client for a Latchkey server.
 *
 * Queries that are made together travel in one request. A mutation always travels alone, so that a
 * session that begins or ends never shares an answer with a call that depends on it.
 *
 * @example
 * const auth = createAuthClient({ url: 'http://localhost:3000' });
 * const [answer, error] = await safe(auth.login.mutate({ email, password }));
 */
export function createAuthClient({ url, storage, fetch = globalThis.fetch }: AuthClientOptions): AuthClient {
  const credentials = storage ? 'omit' : 'include';
  // Not redirected: a body with a password goes to the server that was named, and to no other.
  const http = {
    url: `${url.replace(/\/+$/, '')}/trpc`,
    fetch: async (input: string | URL | Request, init?: object) =>
      await fetch(input, { ...init, credentials, redirect: 'error' }),
    headers: async () => {
      const token = await storage?.get();
      return token ? { Authorization: `Bearer ${token}` } : {};
    },
  };
  const client = createTRPCClient<AppRouter>({
    links: [
      ...(storage ? [sessionStoreLink(storage)] : []),
      splitLink({
        condition: ({ type }) => type === 'mutation',
        true: httpLink(http),
        false: httpBatchLink({ ...http, maxItems: maxBatchedCalls, maxURLLength: maxUrlLength }),
      }),
    ],
  });
  return client.auth;
}
