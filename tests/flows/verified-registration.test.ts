import { describe, expect, test } from 'vitest';

import { memoryStorage, refusalOf, safe } from '../../client/index.ts';
import { minutes } from '../../server/kernel/clock.ts';
import { testAuth } from '../../server/testing/test-auth.ts';
import { counts, stored } from '../support/database.ts';
import { changeEmail, follow, mailed, reasonOf, signIn, tokenFor } from '../support/mail-links.ts';
import { complete } from '../support/reset-links.ts';
import { comparable, eve, logIn, register, required, rows, strictApp } from '../support/strict-app.ts';
import { ada, testApp } from '../support/test-app.ts';

describe('a registration where addresses are confirmed first', () => {
  test('signs nobody in before that, with the typed client', async () => {
    await using app = await strictApp();
    const storage = memoryStorage();
    const auth = app.client({ storage });
    expect(await auth.register.mutate(ada)).toEqual({ status: 'checkYourMail' });
    expect([storage.get(), await auth.me.query()]).toEqual([null, null]);
    const [, refused] = await safe(auth.login.mutate(ada));
    expect([refused?.data?.httpStatus, refusalOf(refused)]).toEqual([401, { reason: 'WRONG_CREDENTIALS' }]);

    const token = await mailed(app, ada.email, 'verify-email');
    expect(await auth.email.verify.mutate({ token })).toEqual({ status: 'emailVerified' });
    expect(await auth.login.mutate(ada)).toMatchObject({ status: 'signedIn', user: { emailVerified: true } });
  });

  test.each(['/api/auth/register', '/trpc/auth.register'])(
    '6.3.8 answers the same, after the same work, for an address that is free and one that is taken: %s',
    async (path) => {
      await using app = await strictApp();
      await app.auth.users.create({ ...ada, emailVerified: true });
      await app.auth.users.create(eve);
      await app.auth.users.disable((await app.auth.users.create({ email: 'gone@example.com' })).id);
      const moved = { ...ada, email: 'moved@example.com', emailVerified: true };
      await app.auth.users.create(moved);
      await changeEmail(app, { from: moved.email, to: 'moved@new.example' }, await signIn(app, moved));
      const seen = new Set<string>();
      for (const email of [ada.email, eve.email, 'gone@example.com', moved.email, 'nobody@example.com']) {
        for (const deliver of ['cookie', 'token']) {
          const before = { ...(await rows(app)), users: (await stored(app)).users.length, hashes: app.hashes() };
          const answer = await comparable(await app.post(path, { ...ada, email, deliver }));
          const after = await rows(app);
          // A mail to nobody where there is no row of a new account.
          const written = after.jobs.length + (await stored(app)).users.length - before.users;
          const work = [written, after.counters - before.counters, app.hashes() - before.hashes];
          seen.add(JSON.stringify([answer, deliver, ...work]));
          await app.mails();
          app.clock.forward(minutes(1));
        }
      }
      expect([...seen]).toHaveLength(2);
      for (const one of seen) {
        expect(one).toContain('checkYourMail');
        expect(one).not.toContain('set-cookie');
      }
      expect((await stored(app)).sessions).toEqual([]);
    },
  );

  test.each([
    ['short', 'PASSWORD_TOO_SHORT'],
    ['password123', 'PASSWORD_COMMON'],
  ])('6.3.8 refuses a password by itself, whoever has the address: %s', async (password, reason) => {
    await using app = await strictApp();
    await app.auth.users.create(ada);
    for (const email of [ada.email, eve.email])
      expect(await reasonOf(await register(app, { email, password }))).toBe(reason);
  });

  test('tells the owner of the address, and changes nothing of theirs', async () => {
    await using app = await strictApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    const before = await stored(app);
    await register(app, { ...ada, password: 'the horse of somebody else', name: 'Eve' });
    const [mail, ...more] = await app.mails();
    expect([mail?.to, mail?.subject, more]).toEqual([ada.email, 'You already have an account at localhost:0', []]);
    expect(await stored(app)).toEqual(before);
    expect(await reasonOf(await complete(app, tokenFor('reset-password', mail?.text), 'a new horse'))).toBe('done');
  });

  test('gains nothing for an address of somebody else: its owner gets the account, and the stranger nothing', async () => {
    await using app = await strictApp();
    const stranger = { email: ada.email, password: 'the horse of a stranger' };
    await register(app, stranger);
    await app.mails();
    app.clock.forward(minutes(1));
    await register(app, ada);
    const token = await mailed(app, ada.email, 'reset-password');
    expect(await reasonOf(await complete(app, token, ada.password))).toBe('done');
    expect([(await logIn(app)).status, (await logIn(app, stranger)).status]).toEqual([200, 401]);
    expect((await stored(app)).users).toHaveLength(1);
  });

  test('makes the link useless by which a stranger’s registration would be confirmed, once its owner registers', async () => {
    await using app = await strictApp();
    const stranger = { email: ada.email, password: 'the horse of a stranger' };
    await register(app, stranger);
    const older = await mailed(app, ada.email, 'verify-email');
    app.clock.forward(minutes(1));
    await register(app, ada);
    await app.mails();
    expect(await reasonOf(await follow(app, 'verify', older))).toBe('LINK_SPENT');
    expect((await logIn(app, stranger)).status).toBe(401);
  });

  test('mails the owner no more often than others may ask for it, which shows in no answer', async () => {
    await using app = await strictApp();
    await app.auth.users.create(eve);
    const answers = new Set<string>();
    for (const email of [eve.email, 'nobody@example.com']) {
      for (let time = 0; time < 3; time += 1)
        answers.add(JSON.stringify(await comparable(await register(app, { ...ada, email }))));
      // Counted apart, so that no other refusal tells of it either.
      for (const path of ['email/resend', 'passwordReset/request'])
        expect((await app.post(`/api/auth/${path}`, { email })).status).toBe(200);
    }
    expect(answers.size).toBe(1);
    const mails = await app.mails();
    expect(mails.filter(({ subject }) => subject.startsWith('You already')).map(({ to }) => to)).toEqual([eve.email]);
  });

  test('tells the owner of the address, whatever mails to it a stranger has just asked for', async () => {
    await using app = await strictApp();
    const stranger = { email: ada.email, password: 'the horse of a stranger' };
    await register(app, stranger);
    await app.mails();
    app.clock.forward(minutes(30));
    await logIn(app, stranger);
    await app.post('/api/auth/email/resend', { email: ada.email });
    await register(app);
    expect((await app.mails()).map(({ subject }) => subject)).toContain('You already have an account at localhost:0');
  });

  test('mails whoever has just registered, though others have asked for mails to that address', async () => {
    await using app = await strictApp();
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await register(app);
    expect(await mailed(app, ada.email, 'verify-email')).not.toBe('');
  });

  test('2.3.4 of one address by 20 at once makes one account, and answers all the same', async () => {
    await using app = await strictApp({ env: { RATE_LIMITS: 'off' } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => JSON.stringify(await comparable(await register(app)))),
    );
    expect(new Set(answers).size).toBe(1);
    // A mail each, and beside that one account or a mail to nobody.
    expect([await counts(app), (await rows(app)).jobs.length]).toEqual([{ users: 1, sessions: 0 }, 20 + 19]);
  });

  test('is refused to everybody where registration is closed', async () => {
    await using app = await strictApp({ env: { REGISTRATION: 'closed' } });
    await app.auth.users.create(ada);
    for (const email of [ada.email, eve.email])
      expect(await reasonOf(await register(app, { ...ada, email }))).toBe('REGISTRATION_CLOSED');
  });
});

test('nobody can have addresses confirmed where nobody sends mail: that is no start', async () => {
  const env = { ...required, PUBLIC_URL: 'https://auth.example.com' };
  await expect(testApp({ env, mailer: 'ofProduction' })).rejects.toThrow(/REQUIRE_VERIFIED_EMAIL/);
});

test('a host’s tests sign somebody in, whose address counts as confirmed', async () => {
  await using auth = await testAuth({ requireVerifiedEmail: 'on' });
  expect((await auth.callerOf(await auth.as(ada.email)))?.user).toMatchObject({ emailVerified: true });
  await auth.users.create(eve);
  await expect(auth.as(eve.email)).rejects.toThrow(/not confirmed/);
});
