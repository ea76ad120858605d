/**
 * Keeps the token of one session, for clients without cookies. Use what the platform has for
 * secrets, such as a keychain; in a browser use none, and let the cookie do it.
 *
 * @example
 * const storage: TokenStorage = { get: () => keychain.read(), set: (token) => keychain.write(token), remove: () => keychain.clear() };
 */
export interface TokenStorage {
  /** The token, or `null` where nobody is signed in. */
  get(): Promise<string | null> | string | null;
  /** Keeps the token of a session that has begun, in place of any other. */
  set(token: string): Promise<void> | void;
  /** Forgets the token. */
  remove(): Promise<void> | void;
}

/**
 * Keeps the token in memory: it is gone when the program ends.
 *
 * @example
 * const auth = createAuthClient({ url, storage: memoryStorage() });
 */
export function memoryStorage(): TokenStorage {
  let kept: string | null = null;
  return {
    get: () => kept,
    set(token) {
      kept = token;
    },
    remove() {
      kept = null;
    },
  };
}

/**
 * The header that a session's token travels in, for the links of a host's other calls. Calls of
 * Latchkey have it by themselves, and with cookies none is needed.
 *
 * @example
 * links: [authLink({ url, storage }), httpBatchStreamLink({ url, headers: authHeaders(storage) })]
 */
export function authHeaders(storage: TokenStorage): () => Promise<Record<string, string>> {
  return async () => {
    const token = await storage.get();
    return token ? { Authorization: `Bearer ${token}` } : {};
  };
}
