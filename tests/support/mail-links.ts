import type { Mail } from '../../server/mail/mailer.ts';
import { cookieOf } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** The last part of the address of each page that a link leads to. */
export type LinkPage = 'reset-password' | 'verify-email' | 'confirm-email' | 'undo-email';

/** The token of a link to this page, as the page would read it; empty where there is none. */
export const tokenFor = (page: LinkPage, text = ''): string =>
  new RegExp(`/${page}#token=([\\w-]{43})(?![\\w-])`).exec(text)?.[1] ?? '';

/** Every token in the mails, whatever it is for. */
export const tokensIn = (mails: readonly Mail[]): string[] =>
  mails.flatMap(({ text }) => [...text.matchAll(/#token=([\w-]{43})/g)].map(([, token = '']) => token));

/** The token of the newest mail to an address with a link to this page. */
export async function mailed(app: TestApp, email: string, page: LinkPage): Promise<string> {
  const mails = await app.mails();
  return tokenFor(page, mails.findLast(({ to, text }) => to === email && tokenFor(page, text) !== '')?.text);
}

/** Follows a link, as the page at its end does. */
export const follow = async (
  app: TestApp,
  procedure: 'verify' | 'confirmChange' | 'undoChange',
  token: string,
  headers?: Record<string, string>,
): Promise<Response> => await app.post(`/api/auth/email/${procedure}`, { token }, headers);

/** Signs in, and returns what goes with each request of that session. */
export async function signIn(
  app: TestApp,
  person: { email: string; password: string },
): Promise<Record<'cookie', string>> {
  return { cookie: cookieOf(await app.post('/api/auth/login', person)) ?? '' };
}

/** Asks for another address, and returns the token that is mailed to it. */
export async function askForChange(app: TestApp, email: string, headers: Record<string, string>): Promise<string> {
  await app.post('/api/auth/email/change', { email }, headers);
  return await mailed(app, email, 'confirm-email');
}

/** Proves that what is sent to an address is read; the session of nobody is renewed by it. */
export async function prove(app: TestApp, email: string): Promise<void> {
  await app.post('/api/auth/email/resend', { email });
  await follow(app, 'verify', await mailed(app, email, 'verify-email'));
}

/** Changes the address, and returns the token by which its former owner undoes that, if it was proved. */
export async function changeEmail(
  app: TestApp,
  { from, to }: { from: string; to: string },
  headers: Record<string, string>,
): Promise<string> {
  await follow(app, 'confirmChange', await askForChange(app, to, headers));
  return await mailed(app, from, 'undo-email');
}

/** `done`, or the reason of the refusal, on the plain JSON face. */
export const reasonOf = async (answer: Response): Promise<string> => (await answer.json()).reason ?? 'done';
