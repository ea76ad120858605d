import { describe, expect, test } from 'vitest';

import { lettersIn, mailKinds, mailLanguages } from './languages.ts';
import type { FactorChange, MailKind, MailTemplates, MailValues } from './letters.ts';
import type { Mail } from './mailer.ts';
import { createMails } from './mails.ts';
import type { Recipient } from './mails.ts';
import { memoryMailer } from './memory-mailer.ts';

const url = 'https://app.example.com/page#token=canary';
const whence = { at: '2026-03-01T23:59:30.000Z', browser: 'Firefox 152', system: 'Windows', address: '203.0.113.9' };
const values: MailValues = {
  passwordReset: { url },
  emailVerification: { url },
  emailTaken: { url },
  emailChange: { url },
  emailChanged: { url },
  passwordChanged: { at: whence.at },
  newSignIn: whence,
  signInAfterFailures: { ...whence, failures: 3 },
  factorChanged: { at: whence.at, address: whence.address, change: 'totpEnabled' },
  recoveryCodeUsed: { at: whence.at, address: whence.address, left: 9 },
  factorRefused: { at: whence.at, address: whence.address },
};
const ada: Recipient = { email: 'ada@example.com', locale: null, id: 'one' };

/** The mail of a kind, as somebody gets it. */
async function mailOf<Kind extends MailKind>(
  kind: Kind,
  { to = {}, templates, given }: { to?: Partial<Recipient>; templates?: MailTemplates; given?: MailValues[Kind] } = {},
): Promise<Mail | undefined> {
  const mailer = memoryMailer();
  const mails = createMails(mailer, { appUrl: 'https://app.example.com', templates });
  await mails.send(kind, { ...ada, ...to }, given ?? values[kind]);
  return mailer.mailbox[0];
}

describe.each(mailLanguages)('the mails in %s', (locale) => {
  test.each(mailKinds)('%s says where it comes from, has its link and no other, and loads nothing', async (kind) => {
    const mail = await mailOf(kind, { to: { locale } });
    const { text = '', html = '', subject = '' } = mail ?? {};
    expect(subject).toContain('app.example.com');
    expect(subject.length).toBeLessThan(70);
    const hasLink = 'url' in values[kind];
    expect(text.match(/https?:\S+/g)).toEqual(hasLink ? [url] : null);
    expect(html.match(/<a [^>]*href="[^"]*"/g)?.map((one) => one.replace(/.*href="(.*)"/, '$1')) ?? []).toEqual(
      hasLink ? [url, url] : [],
    );
    // The link can be read, too.
    if (hasLink) expect(html).toContain(`>${url}</a>`);
    expect(html).toMatch(new RegExp(`^<!doctype html>\n<html lang="${locale}" dir="ltr">`));
    expect(html).not.toMatch(/<(img|script|link|iframe|form|object|video|svg)|url\(|@import|\bsrc=|\bon\w+=/i);
    expect(`${subject}${text}${html}`).not.toMatch(/undefined|null|NaN|\[object/);
    for (const paragraph of text.split('\n\n').filter((one) => !one.startsWith('http')))
      expect(html).toContain(paragraph.trim().replace(/:$/, '').slice(0, 30));
  });

  test('have a letter of every kind, and none is in another language', () => {
    const { letters, locale: found } = lettersIn([locale]);
    expect(found).toBe(locale);
    expect(Object.keys(letters)).toEqual(mailKinds);
    const subjects = mailLanguages.map((one) =>
      JSON.stringify(lettersIn([one]).letters.newSignIn(whence, { host: 'a', locale })),
    );
    expect(new Set(subjects).size).toBe(mailLanguages.length);
  });
});

test.each([
  ['en', whence, 'It was Firefox 152 on Windows, from the address 203.0.113.9, on 1 March 2026 at 23:59 UTC.'],
  ['de', whence, 'Es war Firefox 152 unter Windows, von der Adresse 203.0.113.9, am 1. März 2026 um 23:59 Uhr UTC.'],
  ['en', { ...whence, browser: null, address: null }, 'It was Windows, on 1 March 2026 at 23:59 UTC.'],
  [
    'en',
    { ...whence, browser: null, system: null, address: null },
    'It was a program of unknown kind, on 1 March 2026',
  ],
])('a sign-in is told of in words, in %s, with its time and zone', async (locale, given, sentence) => {
  for (const kind of ['newSignIn', 'signInAfterFailures'] as const)
    expect((await mailOf(kind, { to: { locale }, given: { ...given, failures: 2 } }))?.text).toContain(sentence);
});

test.each([
  [1, 'after one attempt with'],
  [7, 'after 7 attempts with'],
])('so is how often a password was wrong: %i', async (failures, words) => {
  expect((await mailOf('signInAfterFailures', { given: { ...whence, failures } }))?.text).toContain(words);
});

const changes: [FactorChange, string, string][] = [
  ['totpEnabled', 'An authenticator app was added', 'Neue Authentifizierungs-App'],
  ['totpReplaced', 'The authenticator app was replaced', 'Authentifizierungs-App bei'],
  ['totpDisabled', 'The authenticator app was removed', 'Authentifizierungs-App bei app.example.com entfernt'],
  ['passkeyAdded', 'A passkey was added', 'Neuer Passkey'],
  ['passkeyRemoved', 'A passkey was removed', 'Passkey bei app.example.com entfernt'],
  ['recoveryCodesReplaced', 'New recovery codes were made', 'Neue Wiederherstellungscodes'],
  ['factorsRemoved', 'Your second factors at app.example.com were removed', 'Ihre zweiten Faktoren'],
];

test.each(changes)(
  '%s is told of in each language, with its time and, where it is known, from where',
  async (change, ...subjects) => {
    for (const [locale, subject, time, from] of [
      ['en', subjects[0], 'on 1 March 2026 at 23:59 UTC', 'from the address 203.0.113.9'],
      ['de', subjects[1], 'am 1. März 2026 um 23:59 Uhr UTC', 'von der Adresse 203.0.113.9'],
    ] as const) {
      const given = { at: whence.at, address: whence.address, change };
      const mail = await mailOf('factorChanged', { to: { locale }, given });
      expect(mail?.subject).toContain(subject);
      expect(mail?.subject.length).toBeLessThan(70);
      expect(mail?.text).toContain(`${time}, ${from}.`);
      const unknown = await mailOf('factorChanged', { to: { locale }, given: { ...given, address: null } });
      expect(unknown?.text).toContain(`${time}.`);
      expect(unknown?.text).not.toMatch(/203|null/);
    }
  },
);

test.each([
  [9, '9 are left.', '9 sind übrig.'],
  [3, 'Only 3 are left: make new ones soon', 'Nur noch 3 sind übrig: Erzeugen Sie bald neue'],
  [1, 'One is left: make new ones soon', 'Einer ist übrig: Erzeugen Sie bald neue'],
  [0, 'None is left: make new ones soon', 'Keiner ist übrig: Erzeugen Sie bald neue'],
])('so is how many recovery codes are left, and few ask for new ones: %i', async (left, ...words) => {
  for (const [index, locale] of ['en', 'de'].entries())
    expect((await mailOf('recoveryCodeUsed', { to: { locale }, given: { ...whence, left } }))?.text).toContain(
      words[index],
    );
});

test.each(mailLanguages)('a changed address that was never proved is told of without a link, in %s', async (locale) => {
  const mail = await mailOf('emailChanged', { to: { locale }, given: { url: null } });
  expect(mail?.subject).toContain('app.example.com');
  expect(`${mail?.text}${mail?.html}`).not.toMatch(/https?:|<a |undefined|null/);
});

test.each([
  [null, 'en'],
  ['de', 'de'],
  ['DE-at', 'de'],
  ['fr', 'en'],
  ['', 'en'],
  ['"><script>', 'en'],
  ['constructor', 'en'],
])('somebody with the language %j gets a mail in %s', async (locale, language) => {
  expect((await mailOf('passwordReset', { to: { locale } }))?.html).toContain(`<html lang="${language}"`);
});

describe('a host’s own template', () => {
  test('takes the place of ours, in each language that is wanted', async () => {
    const templates: MailTemplates = {
      passwordReset: ({ url: link }, { host, locale }) => ({
        subject: `${locale} ${host}`,
        before: ['first\nsecond'],
        action: { label: 'go', url: link },
      }),
      emailTaken: async () => ({ subject: 'English anyhow', before: [], locale: 'en' }),
    };
    const mail = await mailOf('passwordReset', { to: { locale: 'he' }, templates });
    expect(mail).toMatchObject({ subject: 'he app.example.com', text: `first\nsecond\n\ngo:\n\n${url}\n` });
    expect(mail?.html).toContain('<html lang="he" dir="rtl">');
    expect(mail?.html).toContain('first<br>second');
    const english = await mailOf('emailTaken', { to: { locale: 'he' }, templates });
    expect(english?.html).toContain('<html lang="en" dir="ltr">');
    expect((await mailOf('newSignIn', { templates }))?.subject).toBe('A new sign-in to app.example.com');
  });

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => 'canary'],
    ['no subject', () => ({ before: ['canary'] })],
    ['an empty subject', () => ({ subject: ' \n', before: ['canary'] })],
    ['one paragraph for several', () => ({ subject: 'canary', before: 'canary' })],
    ['a paragraph that is no text', () => ({ subject: 'canary', before: [{ finished: '<b>canary</b>' }] })],
    ['a script for a link', () => ({ subject: 'a', before: [], action: { label: 'a', url: 'javascript:canary' } })],
    ['half a link', () => ({ subject: 'a', before: [], action: { label: 'a', url: '/canary' } })],
    ['no language', () => ({ subject: 'a', before: [], locale: '"><canary' })],
  ])('that returns %s sends nothing, and is told of without what it returned', async (_what, template) => {
    const templates: object = { passwordReset: template };
    const sending = mailOf('passwordReset', { templates });
    await expect(sending).rejects.toThrow(/^The template mails.passwordReset returned no letter; wrong is: [\w., ]+$/);
  });
});

test('a mail that is sent again has the same id, one with another link has not', async () => {
  const ids = [
    await mailOf('newSignIn'),
    await mailOf('newSignIn'),
    await mailOf('newSignIn', { to: { id: 'two' } }),
    await mailOf('passwordReset'),
    await mailOf('passwordReset', { given: { url: `${url}2` } }),
  ].map((mail) => mail?.messageId);
  expect(new Set(ids).size).toBe(4);
  expect(ids[0]).toBe(ids[1]);
  expect(String(ids[0])).toMatch(/^<one\.[\w-]{16}@app\.example\.com>$/);
});
