import { emailAddress } from './fields.ts';

/** Who mails come from. */
export interface MailSender {
  /** Empty where there is none. */
  name: string;
  address: string;
}

/** The sender that a text names, `address` or `Name <address>`, or `undefined`. */
export function mailSenderIn(text: string): MailSender | undefined {
  const [, name = '', inBrackets, alone] = /^(?:([^<>]*)<([^<>]+)>|([^<>]+))$/.exec(text.trim()) ?? [];
  const address = emailAddress.safeParse(inBrackets ?? alone);
  // One line, and nothing that is not seen.
  if (!address.success || /[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return undefined;
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: address.data };
}
