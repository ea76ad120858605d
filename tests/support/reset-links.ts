import type { TestApp } from './test-app.ts';

/** The token in a text with a link, as the page at its end would read it. */
export const tokenIn = (text = ''): string => /\/reset-password#token=([\w-]{43})(?![\w-])/.exec(text)?.[1] ?? '';

/** Asks for the mail of a reset, and returns the token of its link. */
export async function mailedToken(app: TestApp, email: string): Promise<string> {
  await app.post('/api/auth/passwordReset/request', { email });
  const mails = await app.mails();
  return tokenIn(mails.findLast(({ to, text }) => to === email && tokenIn(text) !== '')?.text);
}

/** The token of a link that an operator makes. */
export async function linkedToken(app: TestApp, email: string): Promise<string> {
  const user = await app.auth.users.find({ email });
  return tokenIn((await app.auth.users.resetLink(user?.id ?? '')).url);
}

export const complete = async (app: TestApp, token: string, newPassword: string): Promise<Response> =>
  await app.post('/api/auth/passwordReset/complete', { token, newPassword });
