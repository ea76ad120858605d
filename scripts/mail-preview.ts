// Writes every mail in every language into a folder, as .html and .txt, with an index.html to look through them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { markup } from '../server/kernel/html.ts';
import { mailKinds, mailLanguages } from '../server/mail/languages.ts';
import type { FactorChange, MailKind, MailValues } from '../server/mail/letters.ts';
import { createMails } from '../server/mail/mails.ts';
import { memoryMailer } from '../server/mail/memory-mailer.ts';

const appUrl = 'https://app.example.com';
const to = (page: string) => ({
  url: `${appUrl}/${page}#token=${'dGhpcyBpcyBhIHRva2VuIGZvciBhIHByZXZpZXcgb25seQ'.slice(0, 43)}`,
});
const whence = { at: '2026-03-01T18:05:00.000Z', browser: 'Firefox 152', system: 'Windows', address: '203.0.113.9' };
const where = { at: whence.at, address: whence.address };
const changes = [
  'totpEnabled',
  'totpReplaced',
  'totpDisabled',
  'passkeyAdded',
  'passkeyRemoved',
  'recoveryCodesReplaced',
  'factorsRemoved',
] as const satisfies FactorChange[];
/** Each as often as it says something else. */
const values: { [Kind in MailKind]: MailValues[Kind][] } = {
  passwordReset: [to('reset-password')],
  emailVerification: [to('verify-email')],
  emailTaken: [to('reset-password')],
  emailChange: [to('confirm-email')],
  emailChanged: [to('undo-email'), { url: null }],
  passwordChanged: [{ at: whence.at }],
  newSignIn: [whence],
  signInAfterFailures: [{ ...whence, failures: 12 }],
  factorChanged: changes.map((change) => ({ ...where, change, ...(change === 'factorsRemoved' && { address: null }) })),
  recoveryCodeUsed: [9, 1].map((left) => ({ ...where, left })),
  factorRefused: [where],
};

const [folder = '.tmp/mails'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const mailer = memoryMailer();
const mails = createMails(mailer, { appUrl });
const names = mailLanguages.flatMap((locale) =>
  mailKinds.flatMap((kind) =>
    values[kind].map((given, index) => ({ kind, locale, given, name: `${kind}${index || ''}.${locale}` })),
  ),
);
for (const { kind, locale, given } of names)
  await mails.send(kind, { email: 'ada@example.com', locale, id: 'preview' }, given);

const rows = names.map(({ name, locale }, index) => {
  const { subject = '', text = '', html = '' } = mailer.mailbox[index] ?? {};
  writeFileSync(join(folder, `${name}.html`), html);
  writeFileSync(join(folder, `${name}.txt`), text);
  return markup`<li lang="${locale}"><a href="${name}.html">${subject}</a> (<a href="${name}.txt">${name}.txt</a>)</li>
`;
});
const index = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mails</title>
<ul>
${rows}</ul>
</html>
`;
writeFileSync(join(folder, 'index.html'), index.finished);
console.log(`${names.length} mails in ${resolve(folder, 'index.html')}`);
