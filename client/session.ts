import type { TRPCLink } from '@trpc/client';
import type { AnyRouter, inferRouterOutputs } from '@trpc/server';

import type { AuthClient, AppRouter } from './client.ts';
import { observed } from './observed.ts';
import type { Observed } from './observed.ts';
import { watchPage } from './page.ts';
import { wires } from './wire.ts';
import type { Hear, Wire } from './wire.ts';

type Caller = NonNullable<inferRouterOutputs<AppRouter>['auth']['me']>;

/**
 * Who is signed in, as far as it is known.
 *
 * @example
 * const greet = (state: SessionState) => (state.status === 'signedIn' ? `Hello, ${state.user.email}` : 'Hello');
 */
export type SessionState =
  /** Not known yet: nothing has been answered. */
  | { status: 'loading' }
  | { status: 'signedOut' }
  | { status: 'signedIn'; user: Caller['user']; session: Caller['session'] };

/**
 * Follows one session. Its functions need no `this`.
 *
 * @example
 * const unsubscribe = session.subscribe(({ status }) => console.log(status));
 */
export interface SessionStore {
  /** What is known now: the same object until something changes. The first use asks the server. */
  readonly get: () => SessionState;
  /** Calls the listener after each change, until the returned function is called. */
  readonly subscribe: (listener: (state: SessionState) => void) => () => void;
  /** Short for `get().status`, so the first use asks the server, too. */
  readonly status: SessionState['status'];
  /**
   * Asks the server again, such as after somebody has changed their name. It never rejects: where no
   * answer comes the state stays as it was.
   */
  readonly refresh: () => Promise<SessionState>;
  /** Lets go of everything; the state stays as it is. The next use would begin anew. */
  readonly stop: () => void;
}

/**
 * The session store of a client that `createAuthClient` has made, or of a host's `authLink`; always
 * the same one. It asks `me` once at first, and again only when there is a reason.
 *
 * @example
 * const session = sessionOf(auth);
 * session.subscribe((state) => show(state));
 */
export function sessionOf(source: AuthClient | TRPCLink<AnyRouter>): SessionStore {
  const wire = wires.get(source);
  if (!wire) throw new TypeError('Not from createAuthClient or authLink');
  return (wire.store ??= createStore(wire));
}

function createStore(wire: Wire): SessionStore {
  const state = observed<SessionState>({ status: 'loading' });
  let following: Following | undefined;

  /** The first question, where this is the first use. */
  const start = (): Promise<boolean> | undefined => {
    if (following) return undefined;
    following = follow(wire, state);
    return following.ask();
  };
  const get = (): SessionState => {
    void start();
    return state.get();
  };
  return {
    get,
    get status() {
      return get().status;
    },
    subscribe(listener) {
      void start();
      return state.subscribe(listener);
    },
    async refresh() {
      await (start() ?? following?.ask());
      return state.get();
    },
    stop() {
      following?.stop();
      following = undefined;
    },
  };
}

interface Following {
  /** Asks who is signed in, whatever was asked before. Whether an answer came; what it said was heard by the link. */
  ask(): Promise<boolean>;
  stop(): void;
}

function follow(wire: Wire, state: Observed<SessionState>): Following {
  // How often it was asked or known better: what was sent before is answered too late.
  let changes = 0;

  const ask = async (): Promise<boolean> => {
    const asked = (changes += 1);
    try {
      await wire.askMe();
      return true;
    } catch {
      if (asked !== changes) return true;
      if (page) page.isDue = true;
      return false;
    }
  };
  const page = watchPage(wire.name, () => void ask());

  const watch = (): Hear => {
    const asked = changes;
    return async (word, me) => {
      if (wire.watch !== watch) return;
      const isLate = asked !== changes;
      if (word === 'me' && !isLate) state.set(stateOf(me));

      const isNewToken = typeof word === 'string' && renews.test(word);
      const isChange = isNewToken || word === 'signedOut';
      const isRefusal = word === 'SESSION_ENDED' || word === 'NOT_SIGNED_IN';
      if (!isChange && (!isRefusal || isLate)) return;
      if (isChange || state.get().status === 'signedIn') page?.tellOthers();

      // Of two changes at once only the server knows which was the last.
      if (isNewToken || isLate) {
        // Whoever it was before, it may be somebody else now.
        if (!(await ask())) state.set({ status: 'loading' });
      } else {
        changes += 1;
        state.set(stateOf(null));
      }
    };
  };
  wire.watch = watch;
  wire.tellOthers = page?.tellOthers;

  return {
    ask,
    stop() {
      wire.watch = wire.tellOthers = undefined;
      changes += 1;
      page?.stop();
    },
  };
}

/**
 * What is answered where the session may have another token from then on, so that what was sent with the one
 * before is refused and no news; by a link that may be of another account, too. All but what is known to be
 * nothing of the kind: asked once too often, nothing is missed.
 */
const renews = /^(?!me$|signedOut|revoked|check|factor|.*(Asked|Offered))[a-z]/;

// Its type is lost on the way, and the server's contract says it: the link hands on no other answer than `null`
// and one with a user.
const stateOf = (me: unknown): SessionState =>
  me ? { status: 'signedIn', ...(me as Caller) } : { status: 'signedOut' };
