import { createTRPCClient } from '@trpc/client';
import type { TRPCClient, TRPCLink } from '@trpc/client';

import type { AppRouter } from '../server/router.ts';
import { authLink } from './link.ts';
import type { AuthLinkOptions } from './link.ts';
import { wires } from './wire.ts';

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
export interface AuthClientOptions extends Pick<AuthLinkOptions, 'storage' | 'fetch' | 'headers'> {
  /**
   * The server's address, without `/trpc`.
   *
   * @example 'https://auth.example.com'
   */
  url: string;
}

/**
 * The procedures of the server, each with the types of its input, its answer and its refusals.
 *
 * @example
 * const show = async (auth: AuthClient) => await auth.me.query();
 */
export type AuthClient = TRPCClient<AppRouter>['auth'];

/**
 * Makes a client for a Latchkey server of its own.
 *
 * Queries that are made together travel in one request. A mutation always travels alone, so that a
 * session that begins or ends never shares an answer with a call that depends on it.
 *
 * @example
 * const auth = createAuthClient({ url: 'http://localhost:3000' });
 * const [answer, error] = await safe(auth.login.mutate({ email, password }));
 */
export function createAuthClient({ url, ...options }: AuthClientOptions): AuthClient {
  const link = authLink<AppRouter>({ ...options, url: `${url.replace(/\/+$/, '')}/trpc` });
  const { auth } = createTRPCClient<AppRouter>({ links: [link, noStreams] });
  const wire = wires.get(link);
  if (wire) wires.set(auth, wire);
  return auth;
}

/** Behind the link, which leaves streams to others. */
const noStreams: TRPCLink<AppRouter> = () => () => {
  throw new Error('Streams need another link: docs/live.md');
};
