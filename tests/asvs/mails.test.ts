import { expect, test } from 'vitest';

import { qrOf } from '../../server/authenticators/totp.ts';
import { readConfig } from '../../server/config.ts';
import { complete, tokenIn } from '../support/reset-links.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, testApp } from '../support/test-app.ts';

const serverSources = sources.filter((file) => file.startsWith('server/'));

test.each([
  ['https://app.example.com', 'https://app.example.com'],
  ['https://APP.example.com:8443/', 'https://app.example.com:8443'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
])(
  '1.2.2 a link is an https address of the configured pages, its token in letters that need no encoding: %s',
  async (APP_URL, origin) => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com', APP_URL } });
    const { id } = await app.auth.users.create(ada);
    for (let time = 0; time < 20; time += 1) {
      const { url } = await app.auth.users.resetLink(id);
      const { protocol, href, origin: found, pathname, search, hash } = new URL(url);
      expect(href).toBe(url);
      expect([protocol, found, pathname, search]).toEqual(['https:', origin, '/reset-password', '']);
      expect(hash).toMatch(/^#token=[\w-]{43}$/);
      expect(encodeURIComponent(tokenIn(url))).toBe(tokenIn(url));
    }
  },
);

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://app.example.com',
  'http://app.example.com',
  '//app.example.com',
])('1.2.2 no start has links that lead to %s', (APP_URL) => {
  expect(() => readConfig({ PUBLIC_URL: 'https://auth.example.com', APP_URL })).toThrow(/APP_URL/);
});

test('1.1.2 markup is made in one place, last, by what escapes all that it is given; a picture of bars beside it', () => {
  const making = serverSources.filter((file) => /[`'"]\s*<[a-z!]\w+[ >]|&(lt|amp|quot);|text\/html/.test(textOf(file)));
  const ofPictures = 'server/authenticators/totp.ts';
  const ofPages = ['server/front-page/page.ts', 'server/mail/render.ts'];
  const withoutMarkup = 'server/http/front-page.ts';
  expect(making).toEqual([ofPictures, ofPages[0], withoutMarkup, 'server/kernel/html.ts', ofPages[1]]);
  // Each template that has an element in it is one that escapes.
  const templates = ofPages.flatMap((file) => [...textOf(file).matchAll(/(\w*)`\s*<[a-z!]/g)].map(([, tag]) => tag));
  expect(templates.length).toBeGreaterThan(6);
  expect(new Set(templates)).toEqual(new Set(['markup']));
  // Nobody else makes something finished, but of the page's own two files.
  expect(textOf('server/mail/render.ts')).not.toMatch(/\bfinished:/);
  expect(textOf('server/front-page/page.ts').match(/\bfinished: \w+/g)).toEqual([
    'finished: html',
    'finished: style',
    'finished: script',
  ]);
});

test('1.1.2 the picture of a QR code has nothing of what it says in it but numbers', () => {
  const numbers =
    /^<svg xmlns="[\w:/.]+" viewBox="0 0 \d+ \d+" shape-rendering="crispEdges">(<path fill="#\w+" d="[MhHvz\d -]+"\/>){2}<\/svg>$/;
  for (const text of ['"/><script>alert(1)</script>', "' onload='alert(1)", '&lt;', ']]>', '${7*7}'])
    expect(qrOf(text)).toMatch(numbers);
});

test('1.3.7 a mail is made of our own words: what people call themselves is no part of it, and so no template', async () => {
  await using app = await testApp();
  const names = ['{{7*7}}', '${7*7}', '#{7*7}', '<%= 7*7 %>', '{% include "x" %}', '%s %d', '$& $1 $`', '\\u0041'];
  const texts = new Set<string>();
  for (const [index, name] of names.entries()) {
    const email = `user${index}@example.com`;
    await app.auth.users.create({ email, name });
    await app.post('/api/auth/passwordReset/request', { email });
    // Beside it somebody else is told that their password was changed.
    const mail = (await app.mails()).findLast(({ to }) => to === email);
    const token = tokenIn(mail?.text);
    expect(token).not.toBe('');
    texts.add(`${mail?.subject}\n${mail?.text}\n${mail?.html}`.replaceAll(token, 'TOKEN'));
    expect((await complete(app, token, ada.password)).status).toBe(200);
  }
  // The same for everybody.
  expect(texts.size).toBe(1);
});
