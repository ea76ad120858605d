import { createTransport } from 'nodemailer';
import type { NodemailerError } from 'nodemailer';

import { minutes, seconds } from '../kernel/clock.ts';
import type { MailSender } from '../kernel/mail-sender.ts';
import type { SmtpServer } from '../kernel/smtp-url.ts';
import type { Mail, Mailer } from './mailer.ts';

/** Milliseconds. Nobody waits for a mail, but the next one waits for a connection. */
export const smtpPatience = { connect: seconds(10), greet: seconds(10), silence: seconds(30), mail: minutes(1) };

export interface SmtpMailer extends Mailer {
  /**
   * Connects and logs in, and sends nothing.
   *
   * @throws with a sentence for the operator
   */
  verify(): Promise<void>;
  /** Lets go of every connection. What is under way fails, and is tried again by whoever has its job. */
  close(): void;
}

/** Hands mails to a mail server. */
export function createSmtpMailer(server: SmtpServer, from: MailSender, patience = smtpPatience): SmtpMailer {
  const transport = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    ...(server.auth && { auth: server.auth }),
    ...encryptionFor(server),
    // As many as there are jobs under way. None is sent twice by the pool: what failed is a job's to repeat.
    maxConnections: 5,
    maxRequeues: 0,
    idleTimeout: minutes(1),
    connectionTimeout: patience.connect,
    dnsTimeout: patience.connect,
    greetingTimeout: patience.greet,
    socketTimeout: patience.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Each mail hears of the error that is its own; nobody listening would end the process.
  transport.on('error', () => {});
  return {
    async send({ to, subject, text, html, messageId }: Mail) {
      // As objects: an address is never looked for in a text.
      const people = { from, to: { name: '', address: to }, envelope: { from: from.address, to: [to] } };
      const headers = { 'Auto-Submitted': 'auto-generated' };
      const signal = AbortSignal.timeout(patience.mail);
      await transport
        .sendMail({ ...people, subject, text, html, messageId, headers, signal })
        .catch((error: unknown) => {
          throw withoutAddress(error as Partial<NodemailerError>, 'took no mail');
        });
    },
    async verify() {
      await transport.verify().catch((error: unknown) => {
        throw withoutAddress(error as Partial<NodemailerError>, 'lets nobody in');
      });
    },
    close: () => transport.close({ force: true }),
  };
}

// Encrypted with a certificate that is verified, or not at all; in clear text only to this machine itself,
// where nobody listens in between (ASVS 12.3.1, 12.3.2).
const encryptionFor = ({ isSmtps, isLoopback }: SmtpServer) =>
  isSmtps ? { secure: true } : isLoopback ? { secure: false, ignoreTLS: true } : { secure: false, requireTLS: true };

/** The log shall tell what is wrong, and not who was to get a mail: servers repeat the address in their answers. */
function withoutAddress(error: Partial<NodemailerError>, fault: string): Error {
  const { code = '', responseCode = '', command = '', response, message = '' } = error;
  const isOfOurSide = response === undefined && /^E(CONNECTION|DNS|SOCKET|TIMEDOUT|TLS)$/.test(code);
  const said = [code, responseCode, command, isOfOurSide ? message : ''].filter((part) => part !== '');
  return new Error(`The mail server of SMTP_URL ${fault}${hintAt(message, code)}: ${said.join(', ')}`);
}

/** What those mean who are met most often while it is set up. */
function hintAt(message: string, code: string): string {
  if (/wrong version number|packet length/i.test(message))
    return ', it does not speak TLS at once as smtps:// asks; try smtp://';
  return code === 'EAUTH' ? ', it does not know this user and password' : '';
}
