import { createAuth } from 'latchkey/server';
import type { Auth, Mailer, MailTemplates } from 'latchkey/server';

export const mails: MailTemplates = {
  passwordReset: ({ url }, { host, locale }) => ({
    subject: locale === 'fr' ? `Un nouveau mot de passe pour ${host}` : `A new password for ${host}`,
    before: ['Hello,', 'choose a new password here.'],
    action: { label: 'Choose it', url },
    after: ['The link works once, for an hour.'],
    // Where it is not in the language that is wanted:
    locale: locale === 'fr' ? 'fr' : 'en',
  }),
};

export async function withOwnMails(mailer: Mailer): Promise<Auth> {
  return await createAuth({
    databaseUrl: 'file:./auth.db',
    mailer,
    mails,
    pages: { resetPassword: 'http://localhost:3000/account/new-password' },
  });
}

/** What nodemailer makes, or whatever has a function of that name. */
interface Transport {
  sendMail(mail: object): Promise<unknown>;
}

export const mailerOver = (transport: Transport): Mailer => ({
  send: (mail) => transport.sendMail({ from: 'Notes <no-reply@example.com>', ...mail }),
});
