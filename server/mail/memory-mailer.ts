import type { Mail, Mailer } from './mailer.ts';

/** A mailer that delivers nothing and keeps what it was given, for tests. */
export interface MemoryMailer extends Mailer {
  /** Everything sent so far, the newest last. */
  readonly mailbox: readonly Mail[];
}

export function memoryMailer(): MemoryMailer {
  const mailbox: Mail[] = [];
  return {
    mailbox,
    async send(mail) {
      mailbox.push(mail);
    },
  };
}
