import { describe, expect, test } from 'vitest';

import { memoryStorage, refusalOf, safe } from '../../client/index.ts';
import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import type { Mail } from '../../server/mail/mailer.ts';
import { stored } from '../support/database.ts';
import { complete, linkedToken, mailedToken, tokenIn } from '../support/reset-links.ts';
import { scrape, sumOf } from '../support/scrape.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };
const newPassword = 'a horse of another colour';

const logIn = async (app: TestApp, password: string): Promise<number> =>
  (await app.post('/api/auth/login', { ...ada, password })).status;
const request = async (app: TestApp, email: string, headers?: Record<string, string>): Promise<Response> =>
  await app.post('/api/auth/passwordReset/request', { email }, headers);

async function jobs(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.jobs);
}

async function tokens(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.oneTimeTokens);
}

describe('a forgotten password', () => {
  test('is replaced by whoever gets the mail, with the typed client', async () => {
    await using app = await testApp();
    const auth = app.client({ storage: memoryStorage() });
    await app.auth.users.create(ada);
    expect(await auth.passwordReset.request.mutate({ email: 'ADA@example.com' })).toEqual({ status: 'checkYourMail' });
    const [mail, ...more] = await app.mails();
    expect(more).toEqual([]);
    expect(mail).toEqual({
      to: ada.email,
      subject: 'A new password for localhost:0',
      text: expect.stringContaining('\nhttp://localhost:0/reset-password#token='),
      html: expect.stringContaining('href="http://localhost:0/reset-password#token='),
      messageId: expect.stringMatching(/^<[\w-]+\.[\w-]+@localhost>$/),
    });
    const token = tokenIn(mail?.text);
    expect(await auth.passwordReset.complete.mutate({ token, newPassword })).toEqual({ status: 'passwordChanged' });
    expect([await logIn(app, ada.password), await logIn(app, newPassword)]).toEqual([401, 200]);
  });

  test('7.4.3 with a new password all sessions of the user end, those of others go on, and it is on record', async () => {
    await using app = await testApp();
    const cookies = [await app.post('/api/auth/register', ada), await app.post('/api/auth/login', ada)].map(cookieOf);
    const other = cookieOf(await app.post('/api/auth/register', eve)) ?? '';
    expect((await complete(app, await mailedToken(app, ada.email), newPassword)).status).toBe(200);
    for (const cookie of cookies) expect((await app.get('/api/auth/me', { cookie: cookie ?? '' })).status).toBe(401);
    expect((await app.get('/api/auth/me', { cookie: other })).status).toBe(200);
    const { orm, tables } = await app.db();
    const events = await orm.select().from(tables.events);
    const { id } = (await app.auth.users.find({ email: ada.email })) ?? {};
    expect(events.filter(({ kind }) => kind === 'password.changed')).toMatchObject([
      { userId: id, data: '{"by":"reset"}' },
    ]);
  });

  test('6.4.3 a reset skips no factor: it signs nobody in, not even who asks for it in every way', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const answer = await complete(app, await mailedToken(app, ada.email), newPassword);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await answer.json()).toEqual({
      message: 'Password changed. Log in with the new one.',
      status: 'passwordChanged',
    });
    expect((await stored(app)).sessions).toEqual([]);
    for (const deliver of ['token', 'cookie']) {
      const input = { token: await linkedToken(app, ada.email), newPassword, deliver };
      expect((await app.post('/api/auth/passwordReset/complete', input)).status).toBe(400);
    }
  });

  test('is not replaced without mail: then the procedure says so before it looks at anything', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' }, mailer: 'ofProduction' });
    await app.auth.users.create(ada);
    for (let time = 0; time < 7; time += 1) {
      const answer = await request(app, ada.email, { 'x-forwarded-for': '203.0.113.9' });
      expect(answer.status).toBe(501);
      expect(await answer.json()).toMatchObject({
        reason: 'MAIL_NOT_CONFIGURED',
        message: 'This server sends no mail. Ask the operator for a link.',
      });
    }
    expect(await jobs(app)).toEqual([]);
    const [, refused] = await safe(app.client().passwordReset.request.mutate({ email: ada.email }));
    expect(refusalOf(refused)).toEqual({ reason: 'MAIL_NOT_CONFIGURED' });
    // The operator can help.
    expect((await complete(app, await linkedToken(app, ada.email), newPassword)).status).toBe(200);
  });

  test('is replaced by a link out of the log, where nobody sends mail and PUBLIC_URL is loopback', async () => {
    await using app = await testApp({ mailer: 'ofProduction' });
    await app.auth.users.create(ada);
    await request(app, ada.email);
    await app.mails();
    const printed =
      app
        .logged()
        .split('\n')
        .find((line) => line.includes('mail.printed')) ?? '{}';
    expect(JSON.parse(printed).msg).toContain(`A mail to ${ada.email}, which nobody sends`);
    expect((await complete(app, tokenIn(JSON.parse(printed).msg), newPassword)).status).toBe(200);
  });
});

describe('a request for the mail', () => {
  test('is answered the same for an address that is known, one that is not, and one that is disabled', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const { id } = await app.auth.users.create(eve);
    await app.auth.users.disable(id);
    const before = app.hashes();
    const answers: unknown[][] = [];
    for (const email of [ada.email, eve.email, 'nobody@example.com']) {
      for (const path of ['/api/auth/passwordReset/request', '/trpc/auth.passwordReset.request']) {
        const answer = await app.post(path, { email });
        answers.push([answer.status, [...answer.headers.keys()], await answer.text()]);
        app.clock.forward(minutes(1));
      }
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(2);
    expect(answers[0]?.[0]).toBe(200);
    expect(app.hashes()).toBe(before);
    expect((await app.mails()).map(({ to }) => to)).toEqual([ada.email, ada.email]);
  });

  test('is a job of the same kind for an address that is known and one that is not, and nothing is left of either', async () => {
    await using app = await testApp({ env: { METRICS_PORT: '0' } });
    await app.auth.users.create(ada);
    for (const email of [ada.email, 'nobody@example.com']) await request(app, email);
    expect(await app.mails()).toHaveLength(1);
    const { samples } = await scrape(app);
    const attempts = 'latchkey_job_attempts_seconds_count';
    expect([sumOf(samples, attempts), sumOf(samples, attempts, { kind: 'mail', outcome: 'done' })]).toEqual([2, 2]);
    expect(await jobs(app)).toEqual([]);
  });

  test('does not wait for the mail, and one that could not be sent is sent later, with a link of its own', async () => {
    const sent: Mail[] = [];
    await using app = await testApp({
      mailer: {
        async send(mail) {
          sent.push(mail);
          if (sent.length === 1) throw new Error('The mail server is away');
        },
      },
    });
    await app.auth.users.create(ada);
    expect((await request(app, ada.email)).status).toBe(200);
    expect(sent).toEqual([]);
    await app.mails();
    app.clock.forward(minutes(1));
    await app.mails();
    const [first, second] = sent.map(({ text }) => tokenIn(text));
    expect(sent).toHaveLength(2);
    expect((await complete(app, first ?? '', newPassword)).status).toBe(401);
    expect((await complete(app, second ?? '', newPassword)).status).toBe(200);
    // The notice of it.
    await app.mails();
    expect(await jobs(app)).toEqual([]);
  });

  test('is given up after a day in which no mail could be sent: nobody gets one for what they asked for yesterday', async () => {
    let isAway = true;
    const sent: Mail[] = [];
    await using app = await testApp({
      mailer: {
        async send(mail) {
          if (isAway) throw new Error('The mail server is away');
          sent.push(mail);
        },
      },
    });
    await app.auth.users.create(ada);
    await request(app, ada.email);
    await app.mails();
    isAway = false;
    app.clock.forward(hours(24));
    await app.mails();
    expect([sent, await jobs(app)]).toEqual([[], []]);
    expect(app.logged()).toContain('mail.tooLate');
  });

  test('of an account that was disabled before the mail was made sends none', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(ada);
    const { orm, tables } = await app.db();
    await request(app, 'nobody@example.com');
    await app.mails();
    const job = { createdAt: app.clock.now(), kind: 'mail', runAt: app.clock.now(), attempts: 0 };
    await orm.insert(tables.jobs).values({
      ...job,
      id: newJobId,
      data: JSON.stringify({ mail: 'passwordReset', userId: id, askedAt: app.clock.now() }),
    });
    await app.auth.users.disable(id);
    expect(await app.mails()).toEqual([]);
    expect([await jobs(app), await tokens(app)]).toEqual([[], []]);
  });

  const newJobId = '01a206d4-ffd6-7d39-b4b8-665215da9977';

  test.each(['known', 'unknown'])(
    'for an address that is %s is granted once a minute and five times an hour',
    async (who) => {
      await using app = await testApp();
      await app.auth.users.create(ada);
      const email = who === 'known' ? ada.email : 'nobody@example.com';
      const retryAfter = async (): Promise<number> => Number((await request(app, email)).headers.get('retry-after'));
      for (let time = 0; time < 5; time += 1) {
        expect(await retryAfter()).toBe(0);
        if (time === 4) break;
        app.clock.forward(seconds(1));
        expect(await retryAfter()).toBe(59);
        app.clock.forward(seconds(59));
      }
      app.clock.forward(minutes(1));
      // Five minutes of the hour are over.
      expect(await retryAfter()).toBe(55 * 60);
      expect(await retryAfter()).toBe(55 * 60);
      app.clock.forward(minutes(55));
      expect(await retryAfter()).toBe(0);
    },
  );

  test('is granted to one network 20 times an hour, for whatever addresses', async () => {
    await using app = await testApp();
    const home = { 'x-forwarded-for': '203.0.113.9' };
    const answers: number[] = [];
    for (let index = 0; index < 22; index += 1)
      answers.push((await request(app, `user${index}@example.com`, home)).status);
    expect(answers).toEqual([...Array(20).fill(200), 429, 429]);
    expect((await request(app, ada.email)).status).toBe(200);
  });
});
