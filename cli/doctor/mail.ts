import type { Config } from '../../server/config.ts';
import { mailSenderIn } from '../../server/kernel/mail-sender.ts';
import { smtpServerIn } from '../../server/kernel/smtp-url.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';

/** Whether the mail server takes us as a client: reached, encrypted, logged in. Nothing is sent. */
export async function checkMail({ smtpUrl, mailFrom }: Pick<Config, 'smtpUrl' | 'mailFrom'>): Promise<Finding[]> {
  const server = smtpServerIn(smtpUrl ?? '');
  const from = mailSenderIn(mailFrom ?? '');
  if (!server || !from) return [];
  const { createSmtpMailer } = await import('../../server/mail/smtp-mailer.ts');
  const mailer = createSmtpMailer(server, from);
  try {
    await mailer.verify();
    return [ok('mail.server', `The mail server ${server.host}:${server.port} lets us in; nothing was sent`)];
  } catch (error) {
    return [fault('mail.server', error instanceof Error ? error.message : String(error))];
  } finally {
    mailer.close();
  }
}
