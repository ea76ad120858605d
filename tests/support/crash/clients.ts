import { createCaller } from './call.ts';
import type { Answer, Caller } from './call.ts';
import { acknowledgedAccounts } from './journal.ts';
import type { Journal, JournaledAccount, JournaledSession, Step } from './journal.ts';
import type { Random } from './random.ts';

interface Client {
  call: Caller;
  journal: Journal;
  random: Random;
  /** The accounts of this client, which no other touches. */
  own: JournaledAccount[];
  name: string;
}

const steps: Step[] = ['register', 'register', 'login', 'login', 'logout', 'logout', 'read', 'read', 'read'];

// Far more than any test waits for: a server that is gone for good ends a test, too.
const mostSteps = 20_000;

export interface Load {
  /** Of the server, asked anew for each call. */
  url: () => string;
  journal: Journal;
  random: Random;
  clients: number;
}

/** Clients that register, log in, log out and read without pause, and write every answer down. */
export async function underLoad({ url, journal, random, clients }: Load, isOver: () => boolean): Promise<void> {
  const calling = Array.from({ length: clients }, async (_, index) => {
    using call = createCaller(url);
    const name = `c${index}`;
    const own = acknowledgedAccounts(journal).filter(({ email }) => email.startsWith(`${name}-`));
    const client = { call, journal, random, name, own: own.slice(-50) };
    for (let steps = 0; steps < mostSteps && !isOver(); steps += 1) await oneStep(client);
  });
  await Promise.all(calling);
}

async function oneStep(client: Client): Promise<void> {
  const account = client.random.one(client.own);
  const session = client.random.one(account?.sessions ?? []);
  const step = client.random.one(steps);
  if (!account || step === 'register') return await register(client);
  if (step === 'login') return await logIn(client, account);
  if (!session) return;
  if (step === 'logout' && session.state === 'live') return await logOut(client, session);
  await read(client, account, session);
}

async function register({ call, journal, own, name }: Client): Promise<void> {
  const account: JournaledAccount = {
    email: `${name}-${own.length}-${journal.accounts.length}@example.com`,
    password: `correct horse ${name}`,
    sessions: [],
    unansweredLogins: 0,
  };
  journal.accounts.push(account);
  const { email, password } = account;
  const answer = answered(journal, await call('/api/auth/register', { body: { email, password, deliver: 'token' } }));
  if (!answer) return;
  if (answer.status !== 201) return contradict(journal, `the registration of ${email} was answered`, answer);
  account.id = String((answer.body['user'] as { id?: unknown } | undefined)?.id);
  account.sessions.push({ token: String(answer.body['token']), state: 'live' });
  journal.acknowledged.register += 1;
  // Those whose registration was not answered are left alone: what the kill made of them is looked at later.
  own.push(account);
}

async function logIn({ call, journal }: Client, account: JournaledAccount): Promise<void> {
  const { email, password } = account;
  const answer = answered(journal, await call('/api/auth/login', { body: { email, password, deliver: 'token' } }));
  if (!answer) return void (account.unansweredLogins += 1);
  if (answer.status !== 200) return contradict(journal, `the login of ${email} was answered`, answer);
  account.sessions.push({ token: String(answer.body['token']), state: 'live' });
  journal.acknowledged.login += 1;
}

async function logOut({ call, journal }: Client, session: JournaledSession): Promise<void> {
  session.state = 'unsure';
  const answer = answered(journal, await call('/api/auth/logout', { body: {}, token: session.token }));
  if (!answer) return;
  if (answer.status !== 200) return contradict(journal, 'the logout of a live session was answered', answer);
  session.state = 'ended';
  journal.acknowledged.logout += 1;
}

async function read({ call, journal }: Client, account: JournaledAccount, session: JournaledSession): Promise<void> {
  const answer = answered(journal, await call('/api/auth/me', { token: session.token }));
  if (!answer) return;
  const isOwn = (answer.body['user'] as { id?: unknown } | undefined)?.id === account.id;
  const isAccepted = answer.status === 200 && isOwn;
  const isRefused = answer.status === 401;
  if (session.state === 'live' && !isAccepted) contradict(journal, 'a live session was answered', answer);
  if (session.state === 'ended' && !isRefused) contradict(journal, 'an ended session was answered', answer);
  // Who was told once that it has ended must never hear anything else.
  if (session.state === 'unsure' && isRefused) session.state = 'ended';
  journal.acknowledged.read += 1;
}

/** 503 and 500 promise nothing: the database may be gone between a commit and its word. */
function answered(journal: Journal, answer: Answer | undefined): Answer | undefined {
  if (answer && answer.status < 500) return answer;
  if (answer?.status === 500) journal.failed += 1;
  journal.unanswered += 1;
  return undefined;
}

const contradict = (journal: Journal, what: string, { status, body }: Answer): void =>
  void journal.contradictions.push(`${what} with ${status} ${JSON.stringify(body['reason'])}`);
