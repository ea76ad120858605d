import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { mailServer } from '../support/smtp.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const request = async (app: TestApp, language?: string): Promise<number> => {
  const headers = language === undefined ? {} : { 'accept-language': language };
  return (await app.post('/api/auth/passwordReset/request', { email: ada.email }, headers)).status;
};

test('a mail is in the language of the account, otherwise in that of the request, otherwise in English', async () => {
  await using app = await testApp();
  await app.auth.users.create(ada);
  const { orm, tables } = await app.db();
  const choose = async (locale: string | null) =>
    await orm.update(tables.users).set({ locale }).where(eq(tables.users.email, ada.email));
  const subjects: unknown[] = [];
  for (const [account, browser] of [
    [null, undefined],
    [null, 'de-AT,de;q=0.9,en;q=0.8'],
    [null, 'fr'],
    [null, 'fr, en;q=0.4, de;q=0.5'],
    ['de', 'en-GB'],
    ['en', 'de'],
  ] as const) {
    await choose(account);
    expect(await request(app, browser)).toBe(200);
    subjects.push((await app.mails()).at(-1)?.subject);
    app.clock.forward(minutes(30));
  }
  const [english, german] = ['A new password for localhost:0', 'Ein neues Passwort für localhost:0'];
  expect(subjects).toEqual([english, german, english, german, german, english]);
});

test('a host’s template that throws or writes nonsense is tried again, and nobody who asks notices', async () => {
  let template: () => unknown = () => {
    throw new Error('not ready');
  };
  const mails: object = { passwordReset: () => template() };
  await using app = await testApp({ host: { mails } });
  await app.auth.users.create(ada);
  expect(await request(app)).toBe(200);
  const broken = [
    () => Promise.reject(new Error('not ready')),
    () => ({ subject: '' }),
    () => {
      throw 'no error';
    },
  ];
  for (const next of broken) {
    expect(await app.mails()).toEqual([]);
    app.clock.forward(minutes(10));
    template = next;
  }
  expect(await app.mails()).toEqual([]);
  expect(app.logged().match(/"job.failed"/g)).toHaveLength(4);
  template = () => ({ subject: 'At last', before: ['Hello'] });
  app.clock.forward(minutes(60));
  expect(await app.mails()).toMatchObject([{ to: ada.email, subject: 'At last', text: 'Hello\n' }]);
});

test('1.3.11 what a host writes of people becomes no header, no receiver and no markup of a mail', async () => {
  await using server = await mailServer();
  const name =
    'Ada\r\nBcc: eve@example.com\r\n\r\n.\r\nRCPT TO:<eve@example.com>\r\n<script>alert(1)</script> "ünï" \u2028 \u0000';
  await using app = await testApp({
    mailer: 'ofProduction',
    env: { SMTP_URL: `smtp://127.0.0.1:${server.port}`, MAIL_FROM: 'Us <us@example.com>' },
    host: { mails: { passwordReset: () => ({ subject: `For ${name}`, before: [`Hello ${name}`] }) } },
  });
  await app.auth.users.create(ada);
  await request(app);
  await app.mails();
  const [{ to, mail } = {}, ...more] = server.received;
  expect([to, more]).toEqual([[ada.email], []]);
  expect([...(mail?.headers.keys() ?? [])].toSorted()).toEqual([
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ]);
  expect(mail?.subject).toMatch(/^For Ada Bcc: eve@example\.com \. RCPT TO:<eve@example\.com> <script>/);
  expect(String(mail?.html)).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;ünï&quot;');
  expect(String(mail?.html)).not.toContain('<script');
  expect(mail?.text).toContain('<script>alert(1)</script> "ünï"');
});
