import { headers } from 'next/headers';

import { LogIn } from './log-in';

/** Rendered on the server: it asks in the process, without a request of its own. */
export default async function Page() {
  const req = new Request('http://localhost:3000', { headers: await headers() });
  const { auth } = await import('../server/auth');
  const caller = await auth.callerOf(auth.createContext({ req, resHeaders: new Headers() }));
  return caller ? <p>Signed in as {caller.user.email}</p> : <LogIn />;
}
