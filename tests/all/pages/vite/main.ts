import { createAuthClient, refusalOf, safe } from '../../../../client/index.ts';

const auth = createAuthClient({ url: new URLSearchParams(location.search).get('server') ?? 'http://localhost:3000' });

const typed = (name: string): string => document.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? '';
const credentials = () => ({ email: typed('email'), password: typed('password') });

function show(text: string): void {
  for (const heading of document.querySelectorAll('h1')) heading.textContent = text;
}

async function showWhoIsSignedIn(): Promise<void> {
  const [me, error] = await safe(auth.me.query());
  if (error) show(refusalOf(error)?.reason ?? error.message);
  else show(me ? `Signed in as ${me.user.email}` : 'Not signed in');
}

async function showOutcome(fault: string | undefined): Promise<void> {
  if (fault === undefined) await showWhoIsSignedIn();
  else show(fault);
}

function onClick(id: string, act: () => Promise<void>): void {
  document.getElementById(id)?.addEventListener('click', () => void act());
}

onClick('register', async () => {
  const [, error] = await safe(auth.register.mutate(credentials()));
  await showOutcome(refusalOf(error)?.reason ?? error?.message);
});

onClick('login', async () => {
  const [, error] = await safe(auth.login.mutate(credentials()));
  await showOutcome(refusalOf(error)?.reason ?? error?.message);
});

onClick('token', async () => {
  const [, error] = await safe(auth.login.mutate({ ...credentials(), deliver: 'token' }));
  await showOutcome(refusalOf(error)?.reason ?? error?.message);
});

onClick('logout', async () => {
  const [, error] = await safe(auth.logout.mutate());
  await showOutcome(refusalOf(error)?.reason ?? error?.message);
});

void showWhoIsSignedIn();
