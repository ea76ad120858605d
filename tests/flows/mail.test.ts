import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { createSmtpMailer } from '../../server/mail/smtp-mailer.ts';
import { complete, tokenIn } from '../support/reset-links.ts';
import { selfSigned } from '../support/self-signed.ts';
import { mailServer, noMailServer } from '../support/smtp.ts';
import type { MailServerOptions } from '../support/smtp.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp, TestAppOptions } from '../support/test-app.ts';

const newPassword = 'a horse of another colour';
const MAIL_FROM = 'Nötes, Inc. <no-reply@example.com>';

/** An app whose mails go to a mail server, as in production. */
const mailingApp = async (SMTP_URL: string, options: TestAppOptions = {}): Promise<TestApp> =>
  await testApp({ mailer: 'ofProduction', ...options, env: { SMTP_URL, MAIL_FROM, ...options.env } });

const request = async (app: TestApp, email: string = ada.email): Promise<Response> =>
  await app.post('/api/auth/passwordReset/request', { email });

async function jobs(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.jobs);
}

/** Moves the time on until a mail that could not be sent is due again. */
async function tryAgain(app: TestApp): Promise<void> {
  app.clock.forward(minutes(1));
  await app.mails();
}

const failures = (app: TestApp): string[] =>
  app
    .logged()
    .split('\n')
    .filter((line) => line.includes('"job.failed"'));

describe('a mail over SMTP', () => {
  test('arrives as text and HTML, at one address, and its link works', async () => {
    await using server = await mailServer();
    await using app = await mailingApp(`smtp://127.0.0.1:${server.port}`);
    await app.auth.users.create({ ...ada, name: '<b>Ada</b>' });
    await request(app);
    await app.mails();
    const [{ from, to, raw, mail } = {}, ...more] = server.received;
    expect([more, from, to]).toEqual([[], 'no-reply@example.com', [ada.email]]);
    expect(mail?.from?.value).toEqual([{ name: 'Nötes, Inc.', address: 'no-reply@example.com' }]);
    expect([mail?.to].flat().map((one) => one?.text)).toEqual([ada.email]);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.messageId).toMatch(/^<[\w-]{36}\.[\w-]{16}@localhost>$/);
    expect([...(raw ?? '').matchAll(/^(from|to|cc|bcc|subject|message-id|reply-to|sender):/gim)]).toHaveLength(4);
    expect(mail?.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
    const url = /^http:\/\/localhost:0\/reset-password#token=[\w-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? '';
    expect(String(mail?.html).split(`href="${url}"`)).toHaveLength(3);
    expect(`${raw}${mail?.text}${String(mail?.html)}`).not.toContain('Ada');
    expect(await jobs(app)).toEqual([]);
    expect((await complete(app, tokenIn(mail?.text), newPassword)).status).toBe(200);
  });

  test('goes to an address of any letters exactly', async () => {
    await using server = await mailServer();
    await using app = await mailingApp(`smtp://127.0.0.1:${server.port}`);
    // The server shows a domain in Unicode again.
    const odd = ['a&b=c/d?e^f|g{h}~i#j$k%l+m@example.com', 'größe@example.com', 'x*.{{7*7}}@bücher.example'];
    for (const email of odd) {
      await app.auth.users.create({ email });
      await request(app, email);
    }
    await app.mails();
    expect(server.received.map(({ to }) => to).toSorted()).toEqual(odd.map((email) => [email]).toSorted());
  });

  test('uses one connection for several mails, a few at most, and none once the server is closed', async () => {
    await using server = await mailServer();
    {
      await using app = await mailingApp(`smtp://127.0.0.1:${server.port}`);
      for (let index = 0; index < 20; index += 1) {
        await app.auth.users.create({ email: `user${index}@example.com` });
        await request(app, `user${index}@example.com`);
      }
      await app.mails();
      expect([server.received.length, failures(app)]).toEqual([20, []]);
      expect(server.connections()).toBeLessThanOrEqual(5);
    }
    await expect.poll(() => server.open()).toBe(0);
  });

  test('is kept while the mail server is away, and sent once it is back', async () => {
    const gone = await mailServer();
    await gone[Symbol.asyncDispose]();
    await using app = await mailingApp(`smtp://127.0.0.1:${gone.port}`);
    await app.auth.users.create(ada);
    await expectUsualAnswer(app);
    await app.mails();
    expect(failures(app)).toEqual([expect.stringContaining('ECONNREFUSED')]);
    await using server = await mailServer({ port: gone.port });
    await tryAgain(app);
    expect(server.received.map(({ to }) => to)).toEqual([[ada.email]]);
    expect(await jobs(app)).toEqual([]);
    expect((await complete(app, tokenIn(server.received[0]?.mail.text), newPassword)).status).toBe(200);
  });

  test.each([
    ['says nothing', () => {}],
    ['goes at once', (socket) => void socket.destroy()],
    ['goes after its greeting', (socket) => void socket.end('220 hello\r\n')],
    [
      'goes in the middle',
      (socket) => {
        socket.write('220 hello\r\n');
        socket.on('data', (line) =>
          String(line).startsWith('EHLO') ? socket.write('250 hello\r\n') : socket.destroy(),
        );
      },
    ],
    ['speaks another language', (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'is one for which nothing ends',
      (socket) => {
        const talking = setInterval(() => socket.write('220-hello\r\n'), 20);
        socket.on('close', () => clearInterval(talking));
      },
    ],
  ] satisfies [string, Parameters<typeof noMailServer>[0]][])(
    'is kept while the mail server %s, and nobody who asks waits for it',
    async (_what, treat) => {
      const patience = { connect: 150, greet: 150, silence: 150, mail: 400 };
      const from = { name: '', address: 'no-reply@example.com' };
      const here = { host: '127.0.0.1', isSmtps: false, isLoopback: true };
      await using broken = await noMailServer(treat);
      await using server = await mailServer();
      const mailers = [
        createSmtpMailer({ ...here, port: broken.port }, from, patience),
        createSmtpMailer({ ...here, port: server.port }, from),
      ];
      let mailer = mailers[0];
      await using app = await testApp({ mailer: { send: async (mail) => await mailer?.send(mail) } });
      await app.auth.users.create(ada);
      await expectUsualAnswer(app);
      // Not even connected to.
      expect(broken.connections()).toBe(0);
      await app.mails();
      expect(broken.connections()).toBeGreaterThan(0);
      expect(failures(app)).toHaveLength(1);
      mailer = mailers[1];
      await tryAgain(app);
      expect(server.received.map(({ to }) => to)).toEqual([[ada.email]]);
      expect(await jobs(app)).toEqual([]);
      for (const one of mailers) one.close();
    },
  );

  test.each([421, 450, 550, 554])(
    'that is refused with %i is kept, and the log does not say for whom',
    async (code) => {
      let isRefusing = true;
      await using server = await mailServer({ refuses: () => (isRefusing ? code : undefined) });
      await using app = await mailingApp(`smtp://127.0.0.1:${server.port}`);
      await app.auth.users.create(ada);
      await expectUsualAnswer(app);
      await app.mails();
      expect(failures(app)).toEqual([expect.stringContaining(`${code}`)]);
      expect(app.logged()).not.toContain(ada.email);
      isRefusing = false;
      await tryAgain(app);
      expect(server.received).toHaveLength(1);
    },
  );

  test('is given to a mail server that wants a password, which is in no log', async () => {
    const onAuth: MailServerOptions['onAuth'] = ({ username, password }, _session, done) =>
      username === 'us@er' && password === 'p:w/canary' ? done(null, { user: 1 }) : done(new Error('no canary'));
    await using server = await mailServer({ authOptional: false, onAuth });
    for (const [password, count] of [
      ['canary', 0],
      ['p%3Aw%2Fcanary', 1],
    ] as const) {
      await using app = await mailingApp(`smtp://us%40er:${password}@127.0.0.1:${server.port}`);
      await app.auth.users.create(ada);
      await expectUsualAnswer(app);
      await app.mails();
      expect(server.received).toHaveLength(count);
      expect(failures(app)).toHaveLength(1 - count);
      expect(app.logged()).not.toContain('canary');
    }
  });
});

describe('who delivers mails', () => {
  test('is the mailer of a host before a mail server that is set', async () => {
    await using server = await mailServer();
    const env = { SMTP_URL: `smtp://127.0.0.1:${server.port}`, MAIL_FROM };
    await using app = await testApp({ env });
    await app.auth.users.create(ada);
    await request(app);
    expect(await app.mails()).toHaveLength(1);
    expect(server.connections()).toBe(0);
  });

  test('is missed at the start of a public server that has neither, once', async () => {
    const PUBLIC_URL = 'https://auth.example.com';
    const said = async (env: Record<string, string>, mailer: 'ofProduction' | undefined) => {
      await using app = await testApp({ env, ...(mailer && { mailer }) });
      await request(app);
      return app.logged().match(/"mail\.none"/g)?.length ?? 0;
    };
    expect(await said({ PUBLIC_URL }, 'ofProduction')).toBe(1);
    expect(await said({ PUBLIC_URL }, undefined)).toBe(0);
    expect(await said({ PUBLIC_URL, SMTP_URL: 'smtps://mail.example.com', MAIL_FROM }, 'ofProduction')).toBe(0);
    expect(await said({}, 'ofProduction')).toBe(0);
  });
});

// 0.0.0.0 is this machine, too, but written as a name of another one would be.
describe('the way to the mail server', () => {
  const certificates = selfSigned('IP:0.0.0.0,DNS:localhost');
  const others = selfSigned('DNS:mail.example.com');
  const keys = (made = certificates) => ({ key: made?.['server.key'], cert: made?.['server.crt'] });

  async function sent(url: string, server: { received: { isEncrypted: boolean }[] }): Promise<unknown> {
    await using app = await mailingApp(url);
    await app.auth.users.create(ada);
    await expectUsualAnswer(app);
    await app.mails();
    const [failure] = failures(app).map((line) => JSON.parse(line).err.message);
    return failure ?? server.received.map(({ isEncrypted }) => isEncrypted);
  }

  async function trusting<Result>(made: typeof certificates, work: () => Promise<Result>): Promise<Result> {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, String(made?.['server.crt'])]);
    try {
      return await work();
    } finally {
      setDefaultCACertificates(before);
    }
  }

  test('12.3.1 is encrypted, unless it is this machine itself: otherwise no mail leaves', async () => {
    await using plain = await mailServer();
    expect(await sent(`smtp://0.0.0.0:${plain.port}`, plain)).toContain('ETLS');
    expect(await sent(`smtps://127.0.0.1:${plain.port}`, plain)).toMatch(/wrong version number|packet length/i);
    expect(plain.received).toEqual([]);
    expect(await sent(`smtp://127.0.0.1:${plain.port}`, plain)).toEqual([false]);
  });

  test.skipIf(!certificates)('12.3.2 is verified: a certificate that nobody trusts is none', async () => {
    await using starttls = await mailServer(keys());
    await using smtps = await mailServer({ ...keys(), secure: true });
    expect(await sent(`smtp://0.0.0.0:${starttls.port}`, starttls)).toContain('self-signed certificate');
    for (const host of ['0.0.0.0', 'localhost'])
      expect(await sent(`smtps://${host}:${smtps.port}`, smtps)).toContain('self-signed certificate');
    expect([...starttls.received, ...smtps.received]).toEqual([]);
  });

  test.skipIf(!certificates)('12.3.2 is taken with a certificate that is trusted and is for this host', async () => {
    await using starttls = await mailServer(keys());
    await using smtps = await mailServer({ ...keys(), secure: true });
    await using another = await mailServer(keys(others));
    await trusting(certificates, async () => {
      expect(await sent(`smtp://0.0.0.0:${starttls.port}`, starttls)).toEqual([true]);
      expect(await sent(`smtps://0.0.0.0:${smtps.port}`, smtps)).toEqual([true]);
    });
    await trusting(others, async () => {
      expect(await sent(`smtp://0.0.0.0:${another.port}`, another)).toMatch(/does not match/);
    });
  });
});

/** The same as if the mail had been sent. */
async function expectUsualAnswer(app: TestApp): Promise<void> {
  const answer = await request(app);
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: 'checkYourMail', message: 'If this address has an account, a mail with a link is on its way.' },
  ]);
}
