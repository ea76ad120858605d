import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { authHeaders, authLink } from 'latchkey/client';
import type { TokenStorage } from 'latchkey/client';

import type { AppRouter } from './app.ts';

/** A client whose subscriptions travel as streams, with the cookie. */
export const streamingClient = (url: string) =>
  createTRPCClient<AppRouter>({
    links: [
      authLink<AppRouter>({ url }),
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({ url, eventSourceOptions: { withCredentials: true } }),
        false: httpBatchStreamLink({ url }),
      }),
    ],
  });

/** What an EventSource takes that is written with `fetch`, such as that of the package `eventsource`. */
interface FetchingEventSource {
  new (url: string, options?: { fetch?: typeof fetch }): EventSource;
  prototype: EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}

/** The link for subscriptions, with the token. */
export function subscriptionsWithToken(url: string, storage: TokenStorage, EventSource: FetchingEventSource) {
  const headers = authHeaders(storage);
  const withToken: typeof fetch = async (to, init) => {
    const sent = new Headers(init?.headers);
    for (const [name, value] of Object.entries(await headers())) sent.set(name, value);
    return await fetch(to, { ...init, headers: sent });
  };
  return httpSubscriptionLink<AppRouter, FetchingEventSource>({
    url,
    EventSource,
    eventSourceOptions: { fetch: withToken },
  });
}
