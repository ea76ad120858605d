import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

import { createAuthClient, sessionOf } from '../../../../client/index.ts';
import { live } from '../../../../client/live.ts';
import { useSession } from '../../../../client/react.ts';

const auth = createAuthClient({ url: new URLSearchParams(location.search).get('server') ?? 'http://localhost:3000' });
const session = sessionOf(auth);

function Status() {
  const state = useSession(session);
  return createElement('h1', null, state.status === 'signedIn' ? `Signed in as ${state.user.email}` : state.status);
}

const page = { auth, session, stop: live(auth) };
export type LivePage = typeof page;

Object.assign(globalThis, { page });
createRoot(document.body).render(createElement(Status));
