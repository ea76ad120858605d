// Published weaknesses of other products, by the first id of their advisories: mails, and the tokens in them.
// The one of tokens that are used at once is with the flows of a reset.
import { expect, test } from 'vitest';

import { memoryStorage } from '../client/index.ts';
import { pagesOf } from '../server/auth-parts.ts';
import { readConfig } from '../server/config.ts';
import { mintLink } from '../server/features/links/service.ts';
import { minutes } from '../server/kernel/clock.ts';
import { newToken } from '../server/kernel/token.ts';
import { askForChange, changeEmail, follow, mailed, reasonOf, signIn, tokensIn } from './support/mail-links.ts';
import { call, everyCall, faces } from './support/procedures.ts';
import { raw } from './support/raw.ts';
import { registered } from './support/registered.ts';
import { complete, mailedToken, tokenIn } from './support/reset-links.ts';
import { ada, cookieOf, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

const newPassword = 'a horse of another colour';
const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };

const outcome = async (app: TestApp, token: string): Promise<string> =>
  (await (await complete(app, token, newPassword)).json()).reason ?? 'done';

// Also GHSA-2wmj-46rj-qm2w, of the same link elsewhere.
test('GHSA-3529-5m8x-rpv3 the link in a mail leads to the configured pages, whatever a request says about its host', async () => {
  await using app = await testApp({ env: production });
  await app.auth.users.create(ada);
  const claims = [
    'Host: evil.test',
    'X-Forwarded-Host: evil.test',
    'X-Forwarded-Proto: http',
    'X-Host: evil.test',
    'Forwarded: host=evil.test;proto=http',
    'Origin: https://app.example.com',
    'Referer: https://evil.test/',
  ];
  for (const claim of claims) {
    const body = JSON.stringify({ email: ada.email });
    const host = claim.startsWith('Host') ? [] : ['Host: localhost'];
    const head = [...host, claim, 'Content-Type: application/json', `Content-Length: ${body.length}`];
    const lines = ['POST /api/auth/passwordReset/request HTTP/1.1', ...head, 'Connection: close', '', body];
    expect(await raw(app, lines.join('\r\n'))).toMatch(/^HTTP\/1.1 200 /);
    await app.mails();
    app.clock.forward(minutes(30));
  }
  const mails = await app.mails();
  expect(mails).toHaveLength(claims.length);
  for (const { subject, text, html, messageId } of mails) {
    expect(subject).toBe('A new password for app.example.com');
    const urls = text.match(/https?:\S+/g);
    expect(urls).toEqual([expect.stringMatching(/^https:\/\/app\.example\.com\/reset-password#token=[\w-]{43}$/)]);
    expect(html.match(/(?<=(href|src|url|action)=")[^"]*/g)).toEqual([urls?.[0], urls?.[0]]);
    expect(`${text}${html}${messageId}`).not.toContain('evil');
  }
});

test('GHSA-3529-5m8x-rpv3 and so to the pages of a host, for every link that there is', async () => {
  const pages = {
    resetPassword: 'https://app.example.com/account/new-password?from=mail',
    verifyEmail: 'https://app.example.com/account/verify',
    confirmEmail: 'https://other.example.com/confirm',
    undoEmail: 'https://bücher.example/undo',
  };
  await using app = await testApp({ env: production, host: { pages } });
  const { id } = await app.auth.users.create(ada);
  const claims = { 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test', referer: 'https://evil.test/' };
  await app.post('/api/auth/passwordReset/request', { email: ada.email }, claims);
  const [mail] = await app.mails();
  const { url } = await app.auth.users.resetLink(id);
  for (const text of [mail?.text ?? '', url])
    expect(text.match(/https?:\S+/g)).toEqual([
      expect.stringMatching(/^https:\/\/app\.example\.com\/account\/new-password\?from=mail#token=[\w-]{43}$/),
    ]);
  expect(mail?.html).not.toContain('evil');
  const db = await app.db();
  const config = { pages: pagesOf('https://app.example.com', pages) };
  for (const [purpose, start] of [
    ['emailVerification', 'https://app.example.com/account/verify#token='],
    ['emailChange', 'https://other.example.com/confirm#token='],
    ['emailUndo', 'https://xn--bcher-kva.example/undo#token='],
  ] as const) {
    const deps = { db, clock: app.clock, config: { ...readConfig(production), ...config } };
    const link = await mintLink(deps, { purpose, userId: id, email: ada.email });
    expect(link?.url.startsWith(start), `${purpose}: ${link?.url}`).toBe(true);
  }
});

test('GHSA-5jpx-9hw9-2fx4 a mail goes to the address exactly as it is stored, and to no other', async () => {
  await using app = await testApp();
  await app.auth.users.create(ada);
  for (const email of [
    'ADA@example.com',
    'Ada@EXAMPLE.com',
    `${ada.email}.`,
    `x${ada.email}`,
    `${ada.email},eve@a.test`,
  ]) {
    for (const path of ['passwordReset/request', 'email/resend']) {
      await app.post(`/api/auth/${path}`, { email });
      app.clock.forward(minutes(1));
    }
  }
  expect((await app.mails()).map(({ to }) => to)).toEqual(Array(4).fill(ada.email));
});

test('CVE-2022-31127 a mail holds nothing that anybody typed, as text or as HTML', async () => {
  await using app = await testApp();
  const name = '<a href="https://evil.test">${7*7} {{name}} %s Ada</a>';
  const person = { ...ada, email: 'a&b=c/d?e^f|g{h}~i#j$k%l+m@example.com' };
  const next = 'c&d=e/f?g^h|i{j}~k#l$m%n+o@example.com';
  await app.post('/api/auth/register', { ...person, name });
  await follow(app, 'verify', await mailed(app, person.email, 'verify-email'));
  await mailedToken(app, person.email);
  const undo = await changeEmail(app, { from: person.email, to: next }, await signIn(app, person));
  await app.auth.users.create({ email: 'taken@example.com', name });
  await app.post(
    '/api/auth/email/change',
    { email: 'taken@example.com' },
    await signIn(app, { ...person, email: next }),
  );
  await app.mails();
  await follow(app, 'undoChange', undo);
  const mails = await app.mails();
  expect(mails.map(({ to }) => to).toSorted()).toEqual(
    [...Array(4).fill(person.email), next, 'taken@example.com'].toSorted(),
  );
  for (const mail of mails) {
    expect(Object.keys(mail).toSorted()).toEqual(['html', 'messageId', 'subject', 'text', 'to']);
    expect(`${mail.subject}${mail.text}`).not.toContain('<');
    const said = `${mail.subject}${mail.text}${mail.html}`.replaceAll(/#token=[\w-]{43}/g, '');
    for (const typed of ['evil', 'Ada', 'a&amp;b', '7*7', '49', '{{', '%s', person.email, 'a&b', next, 'c&d'])
      expect(said).not.toContain(typed);
    expect(mail.subject).not.toMatch(/[\r\n]/);
  }
});

// Also CVE-2026-105211: a code that was given to whoever asked for it.
test('CVE-2025-58434 no answer and no line of the log holds the token that was mailed, nor its hash', async () => {
  await using app = await testApp();
  const texts: string[] = [];
  const collect = async (answer: Promise<Response>): Promise<void> => {
    const { headers } = await answer;
    texts.push(await (await answer).text(), JSON.stringify([...headers]));
  };
  const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
  const token = await mailedToken(app, ada.email);
  expect(token).toHaveLength(43);
  app.clock.forward(minutes(1));
  for (const [face, procedure] of everyCall) {
    for (const input of [procedure.input, { ...procedure.input, deliver: 'token' }, { email: ada.email }, {}])
      await collect(call(app, [face, procedure], { input, headers: { cookie } }));
    app.clock.forward(minutes(1));
  }
  const newest = tokenIn((await app.mails()).at(-1)?.text);
  expect(newest).not.toBe(token);
  for (const path of ['/api/auth/passwordReset/complete', '/trpc/auth.passwordReset.complete']) {
    for (const password of ['short', newPassword, newPassword])
      await collect(app.post(path, { token: newest, newPassword: password }));
  }
  expect(texts.length).toBeGreaterThan(50);
  const everything = texts.join('\n') + app.logged();
  const secrets = tokensIn(await app.mails());
  expect(secrets).toEqual(expect.arrayContaining([token, newest]));
  expect(secrets.length).toBeGreaterThan(5);
  for (const secret of secrets) {
    const hash = Buffer.from(secret, 'base64url');
    for (const spelling of [secret, secret.slice(0, 20), hash.toString('hex'), hash.toString('base64')])
      expect(everything).not.toContain(spelling);
  }
});

test('CVE-2026-18963 no step of a reset is reached without the mail, in whatever order they are called', async () => {
  await using app = await testApp();
  const { user, token: session = '' } = registered(await app.client({ storage: memoryStorage() }).register.mutate(ada));
  const known = [ada.email, user.id, session, Buffer.from(ada.email).toString('base64url'), newToken().reveal(), ''];
  const tryAll = async (): Promise<void> => {
    for (const token of known) {
      expect(await outcome(app, token)).toBe('LINK_SPENT');
      for (const step of ['verify', 'confirmChange', 'undoChange'] as const)
        expect(await reasonOf(await follow(app, step, token))).toBe('LINK_SPENT');
      for (const input of [
        { token, newPassword, email: ada.email },
        { email: ada.email, newPassword },
      ])
        expect((await app.post('/api/auth/passwordReset/complete', input)).status).toBe(400);
    }
  };
  await tryAll();
  const token = await mailedToken(app, ada.email);
  await tryAll();
  expect(await outcome(app, token)).toBe('done');
  await tryAll();
  expect((await app.post('/api/auth/login', { ...ada, password: newPassword })).status).toBe(200);
});

test('GHSA-4rxr-27mm-mxq9 a token is compared whole: one that is wrong anywhere is none, though its user is waiting for one', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  await app.auth.users.create(ada);
  const token = await mailedToken(app, ada.email);
  const wrong = Array.from(token).map(
    (letter, at) => `${token.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
  );
  const cut = [
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    `${token}\n`,
    token.toLowerCase(),
    `${token}=`,
  ];
  for (const one of [...wrong, ...cut]) expect(await outcome(app, one)).toBe('LINK_SPENT');
  expect(await outcome(app, token)).toBe('done');
});

test('CVE-2026-44166 nothing that a stranger has set up with an address is left once its owner has the account', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const stranger = { ...ada, password: 'the horse of a stranger' };
  const session = { cookie: cookieOf(await app.post('/api/auth/register', stranger)) ?? '' };
  const away = await askForChange(app, 'stranger@evil.test', session);
  const owned = await mailedToken(app, ada.email);
  expect(await outcome(app, owned)).toBe('done');
  expect((await app.get('/api/auth/me', session)).status).toBe(401);
  expect((await app.post('/api/auth/login', stranger)).status).toBe(401);
  expect(await reasonOf(await follow(app, 'confirmChange', away))).toBe('LINK_SPENT');
  expect((await app.post('/api/auth/login', { ...ada, password: newPassword })).status).toBe(200);
  expect(await app.auth.users.find({ email: ada.email })).toMatchObject({ emailVerified: true });
});

test('CVE-2025-71335 no session outlives the password that it began with, on whatever device', async () => {
  await using app = await testApp();
  await app.post('/api/auth/register', ada);
  const devices: Record<string, string>[] = [];
  for (const face of faces) {
    const path = face === '/api/' ? '/api/auth/login' : '/trpc/auth.login';
    devices.push({ cookie: cookieOf(await app.post(path, ada)) ?? '' });
    const body = await (await app.post(path, { ...ada, deliver: 'token' })).json();
    devices.push({ authorization: `Bearer ${body.token ?? body.result.data.token}` });
  }
  for (const headers of devices) expect((await app.get('/api/auth/me', headers)).status).toBe(200);
  expect(await outcome(app, await mailedToken(app, ada.email))).toBe('done');
  for (const headers of devices) expect((await app.get('/api/auth/me', headers)).status).toBe(401);
});
