import { hash } from 'node:crypto';

import { lettersIn } from './languages.ts';
import { checkedLetter, languageTag } from './letter-of-host.ts';
import type { About, MailKind, MailTemplates, MailValues } from './letters.ts';
import type { Mailer } from './mailer.ts';
import { render } from './render.ts';

export interface Recipient {
  email: string;
  /** The language of their choice, where they have made one; otherwise those of the request, such as `fr,de`. */
  locale: string | null;
  /** The same each time that the same mail is sent again, such as the id of its job. */
  id: string;
}

/** Writes mails and hands them over. */
export interface Mails {
  /** Rejects when the mail was not taken: then it is to be tried again later. */
  send<Kind extends MailKind>(kind: Kind, to: Recipient, values: MailValues[Kind]): Promise<void>;
}

/**
 * @param appUrl where the pages live that people use
 * @param templates a host's own letters
 */
export function createMails(
  mailer: Mailer,
  { appUrl, templates = {} }: { appUrl: string; templates?: MailTemplates | undefined },
): Mails {
  const { host, hostname } = new URL(appUrl);
  return {
    async send(kind, { email, locale: wanted, id }, values) {
      const locales = (wanted ?? '').split(',').filter((tag) => languageTag.safeParse(tag).success);
      const written = await write(templates, kind, { values, host, locales });
      await mailer.send({ to: email, ...written, messageId: messageIdOf(id, written.text, hostname) });
    },
  };
}

async function write<Kind extends MailKind>(
  templates: MailTemplates,
  kind: Kind,
  { values, host, locales }: { values: MailValues[Kind]; host: string; locales: string[] },
) {
  const about: About = { host, locale: locales[0] ?? 'en' };
  const ofHost: MailTemplates[Kind] = templates[kind];
  if (ofHost) {
    // Whatever it does: the mail is not sent now, and tried again later.
    const letter = checkedLetter(kind, await ofHost(values, about));
    return render(letter, letter.locale ?? about.locale);
  }
  const { letters, locale } = lettersIn(locales);
  return render(letters[kind](values, { ...about, locale }), locale);
}

/**
 * The same for the same text, so that who delivers it can tell a repetition. One with another link is
 * another version, and has an id of its own (RFC 5322 §3.6.4): dropped as a repetition, it would leave
 * its reader with a link that does not work any more.
 */
function messageIdOf(id: string, text: string, hostname: string): string {
  const version = hash('sha256', text, 'base64url').slice(0, 16);
  return `<${id}.${version}@${hostname}>`;
}
