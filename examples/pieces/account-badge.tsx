import { useSession } from 'latchkey/client/react';

import { session } from './client.ts';

export function AccountBadge() {
  const state = useSession(session);
  if (state.status === 'loading') return <p>…</p>;
  if (state.status === 'signedIn') return <p>{state.user.email}</p>;
  return <a href="/log-in">Log in</a>;
}
