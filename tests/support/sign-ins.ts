import type { Mail } from '../../server/mail/mailer.ts';
import { prove } from './mail-links.ts';
import { ada } from './test-app.ts';
import type { TestApp } from './test-app.ts';

export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0';
export const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export const from = (address: string, userAgent = firefox): Record<string, string> => ({
  'x-forwarded-for': address,
  'user-agent': userAgent,
});
export const home = from('203.0.113.9');

export const logIn = async (app: TestApp, headers: Record<string, string>, body: object = ada): Promise<number> =>
  (await app.post('/api/auth/login', body, headers)).status;

/** Signed in at home, and their address proved. */
export async function registerAtHome(app: TestApp): Promise<void> {
  await app.post('/api/auth/register', ada, home);
  await prove(app, ada.email);
}

/** Every notice so far: what confirms an address is another test's. */
export const noticesTo = async (app: TestApp): Promise<Mail[]> =>
  (await app.mails()).filter(({ subject }) => !subject.startsWith('Confirm'));
