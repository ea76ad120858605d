import { createAuthClient, refusalOf, safe, sessionOf } from 'latchkey/client';

export const auth = createAuthClient({ url: 'https://auth.example.com' });
export const session = sessionOf(auth);

export async function logIn(email: string, password: string): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email, password }));
  if (answer) return answer.status === 'signedIn' ? `Welcome, ${answer.user.email}` : 'Show a second factor';
  if (refusalOf(error)?.reason === 'WRONG_CREDENTIALS') return 'No account has this address with this password';
  return error.message;
}

export function followSession(show: (state: ReturnType<typeof session.get>) => void): () => void {
  show(session.get()); // { status: 'loading' } | { status: 'signedOut' } | { status: 'signedIn', user, session }
  return session.subscribe(show);
}
