import { createAuthClient, refusalOf, safe, sessionOf } from 'latchkey-client';
import type { SessionState } from 'latchkey-client';

const auth = createAuthClient({ url: import.meta.env.VITE_AUTH_URL ?? 'http://localhost:3000' });
const session = sessionOf(auth);

/** Of a login whose password was right, and is not enough. */
let proof = '';

/** The six digits of an app; anything else is a recovery code. */
const factorIn = (code: string) => ({
  method: /^[\d\s]+$/.test(code) ? ('totp' as const) : ('recoveryCode' as const),
  code,
});

const attempts = {
  'log-in': async ({ email, password }: Fields) => await safe(auth.login.mutate({ email, password })),
  register: async ({ email, password }: Fields) => await safe(auth.register.mutate({ email, password })),
  factor: async ({ code }: Fields) => await safe(auth.factors.prove.mutate({ proof, factor: factorIn(code) })),
  'log-out': async () => await safe(auth.logout.mutate()),
};
type Fields = Record<'email' | 'password' | 'code', string>;
type Failure = Awaited<ReturnType<(typeof attempts)[keyof typeof attempts]>>[1];

for (const form of document.forms)
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(form);
  });

async function submit(form: HTMLFormElement): Promise<void> {
  const fields = { email: typed(form, 'email'), password: typed(form, 'password'), code: typed(form, 'code') };
  say('');
  setBusy(form, true);
  // The ids of the forms in index.html.
  const [answer, failure] = await attempts[form.id as keyof typeof attempts](fields);
  setBusy(form, false);
  if (failure) return say(inWords(failure));
  form.reset();
  // Where an address has to be confirmed first, nobody is signed in by registering.
  if (answer.status === 'factorNeeded') return askForFactor(answer);
  hideFactor(true);
  if (answer.status === 'checkYourMail') say('Look into your mail: its link confirms your address. Then log in.');
}

/** Passkeys, and setting up a first factor, are in the example with React. */
function askForFactor(needed: { methods: string[]; proof: string }): void {
  if (needed.methods.length === 0) return say('Your account needs a second factor first: see the example with React.');
  ({ proof } = needed);
  hideFactor(false);
  say('Show a second factor.');
}

function hideFactor(isHidden: boolean): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('#factor')) form.hidden = isHidden;
}

function typed(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value : '';
}

/** One sentence for each refusal: this does not compile when one is left out. */
function inWords(failure: Failure): string {
  const refusal = refusalOf(failure);
  switch (refusal?.reason) {
    case 'WRONG_CREDENTIALS':
      return 'No account has this e-mail address with this password.';
    case 'ACCOUNT_DISABLED':
      return 'This account is disabled. Ask whoever runs this site.';
    case 'EMAIL_TAKEN':
      return 'This address has an account already: log in.';
    case 'PASSWORD_TOO_SHORT':
      return `A password has ${refusal.minimum} characters at least.`;
    case 'PASSWORD_COMMON':
      return 'This password is one of the first that others would try. Choose another.';
    case 'PASSWORD_GUESSABLE':
      return 'This password is a name that others can guess. Choose another.';
    case 'PASSWORD_BREACHED':
      return 'This password was stolen somewhere. Choose another, and change this one wherever you use it.';
    case 'FACTOR_WRONG':
      return 'This code is not right, or was used before.';
    case 'FACTOR_LOCKED':
      return 'Too many wrong codes. Use a recovery code, or ask whoever runs this site.';
    case 'PROOF_SPENT':
      return 'That took too long. Log in again.';
    case 'PASSKEYS_NOT_CONFIGURED':
    case 'TOTP_NOT_CONFIGURED':
      return 'This page takes no such factor.';
    case 'REGISTRATION_CLOSED':
      return 'Nobody can register here at the moment.';
    case 'SESSION_ENDED':
      return 'You were signed out already.';
    case 'INPUT_INVALID':
      return Object.entries(refusal.fields).join('; ');
    case 'RATE_LIMITED':
    case 'BUSY':
      return `Too much is going on. Try again in ${refusal.retryAfterSeconds} seconds.`;
    case 'UNEXPECTED':
      return `Something went wrong. If you report it, quote ${refusal.requestId}.`;
    case 'ORIGIN_REFUSED':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'REQUEST_INVALID':
      return 'This page and the server do not fit together.';
    case undefined:
      return 'The server cannot be reached.';
  }
}

function show(state: SessionState): void {
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== state.status;
  write('#who', state.status === 'signedIn' ? state.user.email : '');
}

function setBusy(form: HTMLFormElement, isBusy: boolean): void {
  for (const button of form.querySelectorAll('button')) button.disabled = isBusy;
}

function write(where: string, text: string): void {
  for (const element of document.querySelectorAll(where)) element.textContent = text;
}

const say = (text: string): void => write('[role=alert]', text);

session.subscribe(show);
show(session.get());
