import { ada, cookieOf } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** A session, as the headers that a request proves it with. */
export interface SignedIn {
  headers: Record<string, string>;
  userId: string;
  sessionId: string;
}

const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0';

/** Signs in, by a bearer token unless it is to be a cookie; where there is no account, one is made. */
export async function signIn(
  app: TestApp,
  { carrier = 'token', ...person }: { email?: string; password?: string; carrier?: 'token' | 'cookie' } = {},
  headers: Record<string, string> = {},
): Promise<SignedIn> {
  const body = { ...ada, ...person, deliver: carrier };
  const sent = { 'user-agent': agent, ...headers };
  const registered = await app.post('/api/auth/register', body, sent);
  const answer = registered.status === 409 ? await app.post('/api/auth/login', body, sent) : registered;
  const { token } = await answer.clone().json();
  const proof: Record<string, string> = token
    ? { authorization: `Bearer ${token}` }
    : { cookie: cookieOf(answer) ?? '' };
  const me = await (await app.get('/api/auth/me', proof)).json();
  return { headers: proof, userId: me.user.id, sessionId: me.session.id };
}

/** The headers of a session that an answer has renewed, by the way that it came. */
export async function renewedBy(answer: Response): Promise<Record<string, string>> {
  const { token } = await answer.clone().json();
  return token ? { authorization: `Bearer ${token}` } : { cookie: cookieOf(answer) ?? '' };
}

/** 200 while the session is good. */
export const statusOfMe = async (app: TestApp, headers: Record<string, string>): Promise<number> =>
  (await app.get('/api/auth/me', headers)).status;

/** `done`, or the reason of the refusal, of an answer in plain JSON. */
export const outcome = async (answer: Response): Promise<string> =>
  answer.ok ? 'done' : (await answer.clone().json()).reason;

/** Does something 50 times at once, and returns the outcomes, sorted. */
export async function fiftyAtOnce(work: () => Promise<Response>): Promise<{ answers: Response[]; outcomes: string[] }> {
  const answers = await Promise.all(Array.from({ length: 50 }, work));
  return { answers, outcomes: (await Promise.all(answers.map(outcome))).toSorted() };
}
