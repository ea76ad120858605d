import { describe, expect, test } from 'vitest';

import { schedule } from '../../server/jobs/schedule.ts';
import { days, hours } from '../../server/kernel/clock.ts';
import { entriesOf } from '../support/log-entries.ts';
import { prove } from '../support/mail-links.ts';
import { complete, linkedToken } from '../support/reset-links.ts';
import { chrome, firefox, from, home, logIn, noticesTo, registerAtHome } from '../support/sign-ins.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const wrong = { ...ada, password: 'wrong horse battery' };
const newerFirefox = firefox.replaceAll('152', '153');
/** What came into the mailbox since the last time. */
function mailsOf(app: TestApp): () => Promise<string[]> {
  let seen = 0;
  return async () => {
    const mails = await noticesTo(app);
    const subjects = mails.slice(seen).map(({ to, subject }) => `${subject} → ${to}`);
    seen = mails.length;
    return subjects;
  };
}

const newSignIn = `A new sign-in to localhost:0 → ${ada.email}`;
const afterFailures = `A sign-in to localhost:0 after wrong passwords → ${ada.email}`;

describe('the owner of an account', () => {
  test('6.3.7 is told that their password was changed, and when', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const token = await linkedToken(app, ada.email);
    expect((await complete(app, token, 'a horse of another colour')).status).toBe(200);
    const mail = (await noticesTo(app)).at(-1);
    expect(mail).toMatchObject({ to: ada.email, subject: 'Your password for localhost:0 was changed' });
    expect(mail?.text).toContain('1 January 2026 at 00:00 UTC');
  });

  test('6.3.5 is told of a sign-in from another network, or by another browser, once', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const mails = mailsOf(app);
    const steps: [string, Record<string, string>, string[]][] = [
      ['the same', home, []],
      ['another address of the network', from('203.0.200.1'), []],
      ['another network', from('198.51.100.7'), [newSignIn]],
      ['that network again', from('198.51.7.7'), []],
      ['a newer version of the browser', from('203.0.113.9', newerFirefox), []],
      ['another browser', from('203.0.113.9', chrome), [newSignIn]],
      ['that browser in the other network', from('198.51.100.7', chrome), []],
      ['no browser that is known', from('203.0.113.9', ''), [newSignIn]],
      ['an IPv6 network', from('2001:db8:1::1'), [newSignIn]],
      ['an address in its /32', from('2001:db8:ffff::1'), []],
    ];
    for (const [what, headers, expected] of steps) {
      expect(await logIn(app, headers)).toBe(200);
      expect([what, ...(await mails())]).toEqual([what, ...expected]);
    }
  });

  test('6.3.5 is told where from, as far as it is known', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    await logIn(app, from('198.51.100.7', chrome));
    const [mail] = await noticesTo(app);
    expect(mail?.text).toContain('Chrome 140 on Linux, from the address 198.51.100.7, on 1 January 2026 at 00:00 UTC');
  });

  test('is told nothing of their registration, nor of the very first sign-in to an account that the operator made', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const { id } = await app.auth.users.create({ email: 'eve@example.com', password: ada.password });
    expect(await logIn(app, from('198.51.100.7'), { ...ada, email: 'eve@example.com' })).toBe(200);
    expect(await noticesTo(app)).toEqual([]);
    await app.auth.users.delete(id);
  });

  test('is told of a sign-in where the last one like it was 90 days ago', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const mails = mailsOf(app);
    app.clock.forward(days(90) - hours(1));
    await logIn(app, home);
    expect(await mails()).toEqual([]);
    app.clock.forward(days(90));
    await logIn(app, home);
    expect(await mails()).toEqual([newSignIn]);
  });

  test('6.3.5 is told of a sign-in after ten wrong passwords, from known places too, and of how many there were', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const mails = mailsOf(app);
    // From networks that are new to the account, with the pauses that the limits ask for.
    for (let guess = 1; guess <= 10; guess += 1) {
      app.clock.forward(hours(1));
      expect(await logIn(app, from(`198.51.100.${guess}`), wrong)).toBe(401);
    }
    expect(await mails()).toEqual([]);
    expect(await logIn(app, home)).toBe(200);
    expect(await mails()).toEqual([afterFailures]);
    expect((await noticesTo(app)).at(-1)?.text).toContain('after 10 attempts with a wrong password');
    // Once: the next one that is right begins anew.
    expect(await logIn(app, home)).toBe(200);
    expect(await mails()).toEqual([]);
  });

  /** Twelve wrong passwords, from networks that are new to the account, with the pauses that the limits ask for. */
  async function guess(app: TestApp): Promise<void> {
    for (let count = 1; count <= 12; count += 1) {
      expect(await logIn(app, from(`198.51.100.${count}`), wrong)).toBe(401);
      app.clock.forward(hours(1));
    }
  }

  test.each([
    ['is of another origin', { origin: 'https://shop.example.com' }, {}],
    [
      'is on another site',
      { origin: 'https://shop.example.com', 'sec-fetch-site': 'cross-site' },
      { PUBLIC_URL: 'https://auth.example.com', CORS_ORIGINS: 'https://shop.example.com' },
    ],
  ])(
    '6.3.5 is told of them also where the right one was found by a page that %s, which starts no session',
    async (_where, page, env) => {
      await using app = await testApp({ env });
      await app.auth.users.create({ ...ada, emailVerified: true });
      expect(await logIn(app, home)).toBe(200);
      await guess(app);
      expect(await logIn(app, { ...from('198.51.100.99'), ...page })).toBe(200);
      app.clock.forward(hours(1));
      expect(await logIn(app, home)).toBe(200);
      expect((await noticesTo(app)).map(({ subject }) => subject)).toEqual([
        expect.stringMatching(/^A sign-in to .* after wrong passwords$/),
      ]);
    },
  );

  test('6.3.5 is told where somebody shows their password again after ten wrong ones, and of no other such time', async () => {
    await using app = await testApp();
    const answer = await app.post('/api/auth/register', { ...ada, deliver: 'token' }, home);
    await prove(app, ada.email);
    let { token } = await answer.json();
    const verify = async (): Promise<void> => {
      const sent = { ...from('198.51.100.99', chrome), authorization: `Bearer ${token}` };
      ({ token } = await (await app.post('/api/auth/sessions/verify', { password: ada.password }, sent)).json());
    };
    const mails = mailsOf(app);
    await verify();
    expect(await mails()).toEqual([]);
    await guess(app);
    await verify();
    expect(await mails()).toEqual([afterFailures]);
    const mail = (await noticesTo(app)).at(-1);
    expect(mail?.text).toContain('after 12 attempts with a wrong password');
    expect(mail?.text).toContain('Chrome 140 on Linux, from the address 198.51.100.99');
  });

  test('is told nothing of nine, nor of ten that were more than a day ago', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const mails = mailsOf(app);
    for (const [guesses, pause] of [
      [9, 0],
      [10, 24],
    ] as const) {
      for (let guess = 0; guess < guesses; guess += 1) {
        app.clock.forward(hours(1));
        await logIn(app, from(`203.0.7.${guess}`), wrong);
      }
      app.clock.forward(hours(pause));
      expect(await logIn(app, home)).toBe(200);
      expect(await mails()).toEqual([]);
    }
  });

  test('2.4.1 gets no mail for guesses alone, however many there are', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    await Promise.all(Array.from({ length: 60 }, async () => await app.post('/api/auth/login', wrong)));
    for (let guess = 0; guess < 20; guess += 1) {
      app.clock.forward(hours(1));
      await app.post('/api/auth/login', wrong);
    }
    expect(await noticesTo(app)).toEqual([]);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.jobs)).toEqual([]);
  });

  test('is told in time or not at all: nothing of what happened a day ago', async () => {
    let isDown = true;
    const sent: string[] = [];
    await using app = await testApp({
      mailer: {
        async send({ subject }) {
          if (isDown) throw new Error('Not today');
          sent.push(subject);
        },
      },
    });
    await app.auth.users.create({ ...ada, emailVerified: true });
    await logIn(app, home);
    await logIn(app, from('198.51.100.7'));
    await app.mails();
    isDown = false;
    app.clock.forward(days(1));
    await app.auth.runJobs();
    expect(sent).toEqual([]);
    expect(app.logged()).toContain('mail.tooLate');
  });

  test('is told where they sign in only by the address that they have proved: another may be somebody else’s', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada, home);
    for (let guess = 1; guess <= 10; guess += 1) {
      app.clock.forward(hours(1));
      await logIn(app, from(`198.51.100.${guess}`), wrong);
    }
    app.clock.forward(hours(1));
    for (const place of [home, from('198.51.100.7'), from('203.0.113.9', chrome)]) {
      expect(await logIn(app, place)).toBe(200);
      expect(await noticesTo(app)).toEqual([]);
    }
    await prove(app, ada.email);
    expect(await logIn(app, from('192.0.2.1'))).toBe(200);
    expect((await noticesTo(app)).map(({ to }) => to)).toEqual([ada.email]);
  });

  test.each(['disabled', 'gone'])('who is %s by then is told nothing', async (state) => {
    let tries = 0;
    await using app = await testApp({
      mailer: {
        async send() {
          tries += 1;
          throw new Error('Not today');
        },
      },
    });
    const user = await app.auth.users.create({ ...ada, emailVerified: true });
    await logIn(app, home);
    await logIn(app, from('198.51.100.7'));
    await app.mails();
    expect(tries).toBe(1);
    if (state === 'gone') await app.auth.users.delete(user.id);
    else await app.auth.users.disable(user.id);
    app.clock.forward(schedule.delays[0]);
    await app.auth.runJobs();
    expect(tries).toBe(1);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.jobs)).toEqual([]);
  });
});

describe('a login', () => {
  test('waits for no mail, and succeeds where none can be sent', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using app = await testApp({
      mailer: {
        async send() {
          asked.resolve();
          await answer.promise;
          throw new Error('Not today');
        },
      },
    });
    await app.auth.users.create({ ...ada, emailVerified: true });
    await logIn(app, home);
    // Answered, although the mailer does not answer before it is told to.
    expect(await logIn(app, from('198.51.100.7'))).toBe(200);
    const done = app.mails();
    await asked.promise;
    expect(await logIn(app, home)).toBe(200);
    answer.resolve();
    await done;
    expect(entriesOf(app).filter(({ event }) => event === 'job.failed')).toMatchObject([{ kind: 'notice' }]);
    expect(await logIn(app, home)).toBe(200);
  });

  test('leaves no job where nobody sends mails', async () => {
    const env = { PUBLIC_URL: 'https://auth.example.com' };
    await using app = await testApp({ mailer: 'ofProduction', env });
    await registerAtHome(app);
    expect(await logIn(app, from('198.51.100.7'))).toBe(200);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.jobs)).toEqual([]);
  });

  test('costs one hash, whatever was before it', async () => {
    await using app = await testApp();
    await registerAtHome(app);
    const before = app.hashes();
    await logIn(app, from('198.51.100.7'));
    await logIn(app, from('198.51.100.7'), wrong);
    await logIn(app, from('198.51.100.7'));
    await app.mails();
    expect(app.hashes() - before).toBe(3);
  });
});
