import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authHeaders, authLink, createAuthClient } from 'latchkey/client';
import type { AuthClient, TokenStorage } from 'latchkey/client';

import type { AppRouter } from './app.ts';

/** What a store of secrets has, under the names of expo-secure-store. */
interface SecureStore {
  getItemAsync(key: string): Promise<string | null>;
  setItemAsync(key: string, value: string): Promise<void>;
  deleteItemAsync(key: string): Promise<void>;
}

/** The one token of this app, where the system keeps secrets. */
export const storageIn = (store: SecureStore): TokenStorage => ({
  get: async () => await store.getItemAsync('latchkey'),
  set: async (token) => await store.setItemAsync('latchkey', token),
  remove: async () => await store.deleteItemAsync('latchkey'),
});

export const clientOf = (url: string, storage: TokenStorage): AuthClient => createAuthClient({ url, storage });

/** The same for an app whose server has a router of its own: its calls need the token, too. */
export const ownClientOf = (url: string, storage: TokenStorage) =>
  createTRPCClient<AppRouter>({
    links: [authLink<AppRouter>({ url, storage }), httpBatchStreamLink({ url, headers: authHeaders(storage) })],
  });
