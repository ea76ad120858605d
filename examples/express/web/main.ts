import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authLink, refusalOf, safe, sessionOf } from 'latchkey/client';

import type { AppRouter } from '../server.ts';

const url = '/trpc';
const link = authLink<AppRouter>({ url });
const trpc = createTRPCClient<AppRouter>({ links: [link, httpBatchStreamLink({ url })] });
const session = sessionOf(link);

// One for each form of index.html, by its id.
const attempts = {
  'log-in': async ({ email, password }: Typed) => await safe(trpc.auth.login.mutate({ email, password })),
  register: async ({ email, password }: Typed) => await safe(trpc.auth.register.mutate({ email, password })),
  'log-out': async () => await safe(trpc.auth.logout.mutate()),
  add: async ({ text }: Typed) => await safe(trpc.notes.add.mutate({ text })),
};
type Typed = Record<'email' | 'password' | 'text', string>;

for (const form of document.forms)
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(form);
  });

async function submit(form: HTMLFormElement): Promise<void> {
  const text = (name: string): string => form.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? '';
  const typed = { email: text('email'), password: text('password'), text: text('text') };
  setBusy(form, true);
  const [answer, failure] = await attempts[form.id as keyof typeof attempts](typed);
  setBusy(form, false);
  // The server says each refusal in a sentence; examples/page has one of its own for each.
  const isMailed = typeof answer === 'object' && answer.status === 'checkYourMail';
  const said = isMailed ? 'Look into your mail: its link confirms your address. Then log in.' : '';
  write('[role=alert]', failure ? (refusalOf(failure) ? failure.message : 'That did not work.') : said);
  if (!failure) form.reset();
  await showNotes();
}

async function showNotes(): Promise<void> {
  const state = session.get();
  const [notes] = state.status === 'signedIn' ? await safe(trpc.notes.list.query()) : [[]];
  // Not where somebody else has signed in meanwhile.
  if (notes && state === session.get())
    for (const list of document.querySelectorAll('ul')) list.replaceChildren(...notes.map(listItem));
}

function showSession(): void {
  const state = session.get();
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== state.status;
  write('#who', state.status === 'signedIn' ? state.user.email : '');
  void showNotes();
}

function listItem(text: string): HTMLLIElement {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

function setBusy(form: HTMLFormElement, isBusy: boolean): void {
  for (const button of form.querySelectorAll('button')) button.disabled = isBusy;
}

function write(where: string, text: string): void {
  for (const element of document.querySelectorAll(where)) element.textContent = text;
}

session.subscribe(showSession);
showSession();
