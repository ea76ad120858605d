import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

import { createAuthClient, sessionOf } from '../../../../client/index.ts';
import { useSession } from '../../../../client/react.ts';

const auth = createAuthClient({ url: new URLSearchParams(location.search).get('server') ?? 'http://localhost:3000' });
const session = sessionOf(auth);
let renders = 0;

function Status() {
  const state = useSession(session);
  renders += 1;
  return createElement('h1', null, state.status === 'signedIn' ? `Signed in as ${state.user.email}` : state.status);
}

const page = {
  auth,
  session,
  renders: () => renders,
  start: () => createRoot(document.body).render(createElement(Status)),
};
export type TabsPage = typeof page;

Object.assign(globalThis, { page });
if (!location.search.includes('wait')) page.start();
