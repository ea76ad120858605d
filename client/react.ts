import { useSyncExternalStore } from 'react';

import type { SessionState, SessionStore } from './session.ts';

const loading: SessionState = { status: 'loading' };
const onServer = (): SessionState => loading;

/**
 * Who is signed in, in a component: it renders again when that changes, and only then. On a server
 * that renders it is `loading` and nobody is asked.
 *
 * @example
 * const state = useSession(session);
 * return state.status === 'signedIn' ? <p>{state.user.email}</p> : <Login />;
 */
export function useSession(store: SessionStore): SessionState {
  return useSyncExternalStore(store.subscribe, store.get, onServer);
}
