import { describe, expect, test } from 'vitest';

import { memoryStorage } from '../../client/index.ts';
import { hours, minutes } from '../../server/kernel/clock.ts';
import { follow, mailed, reasonOf, signIn, tokenFor } from '../support/mail-links.ts';
import { complete, mailedToken } from '../support/reset-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };

const resend = async (app: TestApp, email: string): Promise<Response> =>
  await app.post('/api/auth/email/resend', { email });
const isVerified = async (app: TestApp, email: string = ada.email): Promise<boolean | undefined> =>
  (await app.auth.users.find({ email }))?.emailVerified;

async function jobs(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.jobs);
}

async function eventsOf(app: TestApp): Promise<string[]> {
  const { orm, tables } = await app.db();
  return (await orm.select().from(tables.events)).map(({ kind, data }) => `${kind} ${data}`);
}

describe('an address', () => {
  test('is confirmed by whoever gets the mail after a registration, with the typed client', async () => {
    await using app = await testApp();
    const auth = app.client({ storage: memoryStorage() });
    const answer = await auth.register.mutate(ada);
    expect(answer).toMatchObject({ status: 'signedIn', user: { emailVerified: false } });
    const [mail, ...more] = await app.mails();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: ada.email, subject: 'Confirm your e-mail address for localhost:0' });
    const token = tokenFor('verify-email', mail?.text);
    expect(await auth.email.verify.mutate({ token })).toEqual({ status: 'emailVerified', token: expect.any(String) });
    expect((await auth.me.query())?.user.emailVerified).toBe(true);
    expect((await eventsOf(app)).filter((event) => event.startsWith('email'))).toEqual(['email.verified {}']);
  });

  test('is not confirmed by registering, nor asked for where nobody sends mail', async () => {
    await using app = await testApp({ env: { PUBLIC_URL: 'https://auth.example.com' }, mailer: 'ofProduction' });
    expect((await app.post('/api/auth/register', ada)).status).toBe(201);
    expect([await isVerified(app), await jobs(app)]).toEqual([false, []]);
    const answer = await resend(app, ada.email);
    expect([answer.status, await reasonOf(answer)]).toEqual([501, 'MAIL_NOT_CONFIGURED']);
  });

  test('of an account that an operator makes gets no mail, and is confirmed where the operator says so', async () => {
    await using app = await testApp();
    expect(await app.auth.users.create(ada)).toMatchObject({ emailVerified: false });
    expect(await app.auth.users.create({ ...eve, emailVerified: true })).toMatchObject({ emailVerified: true });
    expect([await app.mails(), await jobs(app)]).toEqual([[], []]);
  });

  test('is confirmed by the link of a reset that was mailed to it, and not by an operator’s', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(ada);
    const { url } = await app.auth.users.resetLink(id);
    await complete(app, tokenFor('reset-password', url), 'a horse of another colour');
    expect(await isVerified(app)).toBe(false);
    await complete(app, await mailedToken(app, ada.email), 'a horse of another colour');
    expect(await isVerified(app)).toBe(true);
    expect((await eventsOf(app)).filter((event) => event.startsWith('email'))).toEqual(['email.verified {}']);
  });

  test('that was confirmed stays so since the first time', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    await resend(app, ada.email);
    await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'));
    const { orm, tables } = await app.db();
    const since = async () => (await orm.select().from(tables.users))[0]?.emailVerifiedAt;
    const first = await since();
    app.clock.forward(minutes(1));
    await complete(app, await mailedToken(app, ada.email), 'a horse of another colour');
    expect([first, await since()]).toEqual([expect.any(Date), first]);
  });
});

describe('the link that confirms an address', () => {
  test('signs nobody in: not who has no session, not who has one of somebody else', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    await app.post('/api/auth/register', eve);
    const ofEve = await signIn(app, eve);
    const first = await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'), ofEve);
    expect([first.status, first.headers.getSetCookie(), await first.json()]).toEqual([
      200,
      [],
      { message: 'Your e-mail address is confirmed.', status: 'emailVerified' },
    ]);
    expect((await (await app.get('/api/auth/me', ofEve)).json()).user).toMatchObject({ email: eve.email });
    const second = await follow(app, 'verify', await mailed(app, eve.email, 'verify-email'));
    expect([second.status, second.headers.getSetCookie()]).toEqual([200, []]);
  });

  test('7.2.4 gives the session of its owner a new token, after which the old one is of no use', async () => {
    await using app = await testApp();
    const before = { cookie: cookieOf(await app.post('/api/auth/register', ada)) ?? '' };
    const { session } = await (await app.get('/api/auth/me', before)).json();
    app.clock.forward(minutes(5));
    const answer = await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'), before);
    const after = { cookie: cookieOf(answer) ?? '' };
    expect(after.cookie).not.toBe(before.cookie);
    expect((await app.get('/api/auth/me', before)).status).toBe(401);
    // The same session, and no proof of who is there: that is shown by a password.
    expect(await (await app.get('/api/auth/me', after)).json()).toMatchObject({
      session,
      user: { emailVerified: true },
    });
  });

  test('works beside a session that is no good any more', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const token = await mailed(app, ada.email, 'verify-email');
    const answer = await follow(app, 'verify', token, { cookie: `latchkey_session=${'a'.repeat(43)}` });
    expect([answer.status, await isVerified(app)]).toEqual([200, true]);
  });

  test('is of no use for an account that was disabled, or has another address by now', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(ada);
    await resend(app, ada.email);
    const token = await mailed(app, ada.email, 'verify-email');
    const { orm, tables } = await app.db();
    await orm.update(tables.users).set({ email: 'other@example.com' });
    expect(await reasonOf(await follow(app, 'verify', token))).toBe('LINK_SPENT');
    await orm.update(tables.users).set({ email: ada.email });
    await app.auth.users.disable(id);
    expect(await reasonOf(await follow(app, 'verify', token))).toBe('LINK_SPENT');
    expect(await isVerified(app)).toBe(false);
  });
});

describe('a request for that mail', () => {
  test('6.3.8 is answered the same, after the same work, for an address that is open, confirmed, disabled or unknown', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    await app.auth.users.create({ ...eve, emailVerified: true });
    await app.auth.users.disable((await app.auth.users.create({ email: 'gone@example.com' })).id);
    const answers: string[] = [];
    const addresses = [ada.email, eve.email, 'gone@example.com', 'nobody@example.com'];
    for (const email of addresses) {
      for (const path of ['/api/auth/email/resend', '/trpc/auth.email.resend']) {
        const answer = await app.post(path, { email });
        answers.push(JSON.stringify([answer.status, [...answer.headers.keys()], await answer.text()]));
        expect(await jobs(app)).toHaveLength(1);
        await app.mails();
        app.clock.forward(minutes(1));
      }
    }
    expect(new Set(answers).size).toBe(2);
    expect(answers[0]).toContain('checkYourMail');
    expect(app.hashes()).toBe(1 + 1);
    expect((await app.mails()).map(({ to }) => to)).toEqual([ada.email, ada.email]);
  });

  test('is granted once a minute, whoever has the address', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    for (const email of [ada.email, 'nobody@example.com'])
      expect([(await resend(app, email)).status, (await resend(app, email)).status]).toEqual([200, 429]);
  });

  test('is given up after a day in which no mail could be sent', async () => {
    let isAway = true;
    const sent: string[] = [];
    await using app = await testApp({
      mailer: {
        async send({ to }) {
          if (isAway) throw new Error('The mail server is away');
          sent.push(to);
        },
      },
    });
    await app.auth.users.create(ada);
    await resend(app, ada.email);
    await app.mails();
    isAway = false;
    app.clock.forward(hours(24));
    await app.mails();
    expect([sent, await jobs(app)]).toEqual([[], []]);
  });
});
