import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authLink, safe, sessionOf } from 'latchkey/client';

import type { AppRouter } from '../server.ts';

const link = authLink<AppRouter>({ url: '/trpc' });
const trpc = createTRPCClient<AppRouter>({ links: [link, httpBatchStreamLink({ url: '/trpc' })] });
const session = sessionOf(link);

for (const form of document.forms)
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void enter(new FormData(form, event.submitter));
  });

async function enter(typed: FormData): Promise<void> {
  const text = (name: string): string => {
    const value = typed.get(name);
    return typeof value === 'string' ? value : '';
  };
  const given = { email: text('email'), password: text('password') };
  const [, error] = typed.has('new')
    ? await safe(trpc.auth.register.mutate(given))
    : await safe(trpc.auth.login.mutate(given));
  write('[role=alert]', error?.message ?? '');
}

async function show(): Promise<void> {
  const state = session.get();
  if (state.status === 'signedIn') write('h1', await trpc.greeting.query());
  if (state.status === 'signedOut') write('h1', 'Not signed in');
}

function write(where: string, text: string): void {
  for (const element of document.querySelectorAll(where)) element.textContent = text;
}

session.subscribe(() => void show());
