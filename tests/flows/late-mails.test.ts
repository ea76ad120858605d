import { describe, expect, test } from 'vitest';

import { hours, seconds } from '../../server/kernel/clock.ts';
import type { Mail, Mailer } from '../../server/mail/mailer.ts';
import { complete, linkedToken } from '../support/reset-links.ts';
import { follow, reasonOf, signIn, tokenFor } from '../support/mail-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** A mailer that can be told which mails it does not take for now. */
function refusing() {
  const sent: Mail[] = [];
  let isRefused = (_mail: Mail): boolean => false;
  const mailer: Mailer = {
    async send(mail) {
      if (isRefused(mail)) throw new Error('Not today');
      sent.push(mail);
    },
  };
  return { mailer, sent, refuse: (which: (mail: Mail) => boolean) => void (isRefused = which) };
}

test.each([
  ['emailChange', 'new@example.com', 'confirm-email', hours(24)],
  ['emailUndo', ada.email, 'undo-email', hours(72)],
] as const)(
  'a link of %s is good from when its mail has left, though it had to wait',
  async (_kind, to, page, lifetime) => {
    const { mailer, sent, refuse } = refusing();
    await using app = await testApp({ mailer });
    await app.auth.users.create({ ...ada, emailVerified: true });
    const headers = await signIn(app, ada);
    refuse((mail) => mail.to === to);
    await app.post('/api/auth/email/change', { email: 'new@example.com' }, headers);
    await app.mails();
    const confirm = tokenFor('confirm-email', sent.at(-1)?.text);
    if (confirm !== '') await follow(app, 'confirmChange', confirm, headers);
    await app.mails();
    refuse(() => false);
    app.clock.forward(hours(20));
    await app.mails();
    app.clock.forward(lifetime - seconds(2));
    const token = tokenFor(page, sent.findLast((mail) => mail.to === to)?.text);
    const consumer = page === 'undo-email' ? 'undoChange' : 'confirmChange';
    expect(await reasonOf(await follow(app, consumer, token))).toBe('done');
  },
);

describe('a notice that comes late, because its mail was not taken at first', () => {
  const at = { home: '203.0.113.9', away: '198.51.100.7' };
  const [first, second] = ['ada@new.example', 'ada@newer.example'];
  const isNotice = ({ subject }: Mail): boolean => /sign-in|Your password/.test(subject);

  /** An account, of which no notice is taken yet, and what its address is changed by. */
  async function setUp(app: TestApp, { sent, refuse }: ReturnType<typeof refusing>, emailVerified: boolean) {
    const user = await app.auth.users.create({ ...ada, emailVerified });
    refuse(isNotice);
    const logIn = async (email: string, from: string, password: string = ada.password) => {
      const answer = await app.post('/api/auth/login', { email, password }, { 'x-forwarded-for': from });
      return { cookie: cookieOf(answer) ?? '' };
    };
    const change = async (to: string, headers: Record<string, string>): Promise<void> => {
      await app.post('/api/auth/email/change', { email: to }, headers);
      await app.mails();
      const token = tokenFor('confirm-email', sent.findLast((mail) => mail.to === to)?.text);
      expect(await reasonOf(await follow(app, 'confirmChange', token))).toBe('done');
      await app.mails();
    };
    const notices = async (): Promise<string[]> => {
      refuse(() => false);
      app.clock.forward(hours(5));
      await app.mails();
      return sent
        .filter(isNotice)
        .map(({ to, subject }) => `${subject} → ${to}`)
        .toSorted();
    };
    return { user, logIn, change, notices };
  }

  test('6.3.5 goes to the address that the account had when it happened, and not to that of whoever did it', async () => {
    const mails = refusing();
    await using app = await testApp({ mailer: mails.mailer });
    const { logIn, change, notices } = await setUp(app, mails, true);
    await logIn(ada.email, at.home);
    await change(first, await logIn(ada.email, at.away));
    await change(second, await logIn(first, at.home));
    expect(await notices()).toEqual([`A new sign-in to localhost:0 → ${ada.email}`]);
  });

  test('6.3.7 goes to the one in the middle where it happened there, and to the newest where it did so after all', async () => {
    const mails = refusing();
    await using app = await testApp({ mailer: mails.mailer });
    const { user, logIn, change, notices } = await setUp(app, mails, true);
    await change(first, await logIn(ada.email, at.home));
    app.clock.forward(seconds(1));
    const password = 'a horse of another colour';
    expect((await complete(app, await linkedToken(app, first), password)).status).toBe(200);
    await change(second, await logIn(first, at.home, password));
    app.clock.forward(seconds(1));
    expect((await complete(app, await linkedToken(app, second), password)).status).toBe(200);
    expect(await notices()).toEqual([first, second].map((to) => `Your password for localhost:0 was changed → ${to}`));
    expect(await app.auth.users.find({ id: user.id })).toMatchObject({ email: second });
  });

  test('goes nowhere where the address that the account had then is not known any more', async () => {
    const mails = refusing();
    await using app = await testApp({ mailer: mails.mailer });
    const { logIn, change, notices } = await setUp(app, mails, false);
    await logIn(ada.email, at.home);
    await change(first, await logIn(ada.email, at.away));
    expect(await notices()).toEqual([]);
    expect(app.logged()).not.toContain('job.gaveUp');
  });
});
