import { TRPCClientError } from '@trpc/client';
import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';

import type { AppRouter } from '../server/router.ts';

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

const startsSession = new Set(['auth.register', 'auth.login']);
const endsSession = new Set(['auth.logout']);

/** Asks for the token where a session begins, and keeps or forgets it before the caller hears the answer. */
export function sessionStoreLink(storage: TokenStorage): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const sent = Promise.resolve().then(() => storage.get());
        // Where the storage fails the call fails by itself; this copy of the failure is nobody's.
        sent.catch(() => undefined);

        // A sign-in may have put a new token in the place of the one that was sent.
        const removeIfSame = async (): Promise<void> => {
          if ((await storage.get()) === (await sent)) await storage.remove();
        };
        const keep = async (data: unknown): Promise<void> => {
          if (endsSession.has(op.path)) await removeIfSame();
          if (startsSession.has(op.path) && hasToken(data)) await storage.set(data.token);
        };
        const forget = async (reason: string | undefined): Promise<void> => {
          if (reason === 'SESSION_ENDED') await removeIfSame();
        };

        // The answer waits until the token is kept or forgotten, so that the caller's next call has it right.
        const after = async (remembered: Promise<void>, answer: () => void): Promise<void> => {
          try {
            await remembered;
            answer();
          } catch (cause) {
            observer.error(TRPCClientError.from(cause instanceof Error ? cause : new Error(String(cause))));
          }
        };

        return next(startsSession.has(op.path) ? { ...op, input: askingForToken(op.input) } : op).subscribe({
          next(value) {
            void after(keep('data' in value.result ? value.result.data : undefined), () => {
              observer.next(value);
              observer.complete();
            });
          },
          error(error) {
            void after(forget(error.data?.refusal.reason), () => observer.error(error));
          },
        });
      });
}

const askingForToken = (input: unknown): unknown => Object.assign({}, input, { deliver: 'token' });

const hasToken = (data: unknown): data is { token: string } =>
  typeof data === 'object' && data !== null && 'token' in data && typeof data.token === 'string';
