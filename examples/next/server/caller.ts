import { headers } from 'next/headers';

/** Who asks for the page that is being rendered, or `null`: asked in the process, without a request of its own. */
export async function caller() {
  const req = new Request('http://localhost:3000', { headers: await headers() });
  const { auth } = await import('./auth');
  return await auth.callerOf(auth.createContext({ req, resHeaders: new Headers() }));
}
