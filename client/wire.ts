import type { SessionStore } from './session.ts';
import type { TokenStorage } from './token-storage.ts';

/** Between a link and the session store of whoever wants one. */
export interface Wire {
  /** Names the sessions of one server, the same in every tab. */
  name: string;
  /** Asks who is signed in. The answer passes the link and is heard there, like any other. */
  askMe(): Promise<unknown>;
  /** Asks for the stream of what happens to the account. */
  openStream(signal: AbortSignal): Promise<Response>;
  /** Whether all tabs have one session: it is in a cookie. */
  isShared: boolean;
  store?: SessionStore | undefined;
  /** Lets the stores of other tabs ask. */
  tellOthers?: (() => void) | undefined;
  /** Called when a call is sent; what it returns, when its answer has come. */
  watch?: (() => Hear) | undefined;
}

/**
 * Takes what an answer says of the session: its `status`, the reason of a refusal, or `me` with the
 * answer of that. Whatever else an answer says is not about the session.
 */
export type Hear = (word: unknown, data?: unknown) => Promise<void>;

/** The wires of what `createAuthClient` and `authLink` have returned. */
export const wires = new WeakMap<object, Wire>();

/** Keeps or forgets the token of one call as its answer says, and then tells the store. */
export function hearing(wire: Wire, storage: TokenStorage | undefined): Hear {
  const tell = wire.watch?.();
  const sent = (async () => await storage?.get())();
  // Where the storage fails the call fails by itself; this copy of the failure is nobody's.
  sent.catch(() => undefined);
  return async (word, data) => {
    if (storage) {
      // A new session, or a new token of the same one.
      const token = (data as { token?: string } | undefined)?.token;
      if (token) await storage.set(token);
      // A sign-in may have put a new token in the place of the one that was sent.
      const isOver = word === 'signedOut' || word === 'SESSION_ENDED';
      if (isOver && (await storage.get()) === (await sent)) await storage.remove();
    }
    // A store may have been asked for since the call was sent.
    await (tell ?? wire.watch?.())?.(word, data);
  };
}
