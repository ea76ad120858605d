import { describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { signIn } from '../support/mail-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const ask = async (app: TestApp, procedure: string, email = ada.email, headers = {}): Promise<number> =>
  (await app.post(`/api/auth/${procedure}`, { email }, headers)).status;

/** As often as it is let through, and once more. */
async function useUp(app: TestApp, once: () => Promise<number>): Promise<void> {
  for (let time = 0; time < 5; time += 1) {
    expect(await once()).toBe(200);
    app.clock.forward(minutes(1));
  }
  expect(await once()).toBe(429);
}

describe('the mails to one address', () => {
  test.each([
    ['email/resend', 'passwordReset/request'],
    ['passwordReset/request', 'email/resend'],
  ])('that others have asked for by %s keep its owner from none by %s', async (used, wanted) => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    await useUp(app, async () => await ask(app, used));
    const before = (await app.mails()).length;
    expect(await ask(app, wanted)).toBe(200);
    expect(await app.mails()).toHaveLength(before + 1);
  });

  test.each(['off', 'on'])(
    'for registrations with it are as many, however often the account is deleted: REQUIRE_VERIFIED_EMAIL=%s',
    async (REQUIRE_VERIFIED_EMAIL) => {
      await using app = await testApp({ env: { REQUIRE_VERIFIED_EMAIL } });
      for (let time = 0; time < 8; time += 1) {
        expect((await app.post('/api/auth/register', ada)).status).toBe(201);
        await app.mails();
        const user = await app.auth.users.find({ email: ada.email });
        await app.auth.users.delete(user?.id ?? '');
        app.clock.forward(minutes(1));
      }
      expect(await app.mails()).toHaveLength(5);
      // The account is made all the same, and its owner asks for the mail.
      await app.post('/api/auth/register', ada);
      expect(await app.mails()).toHaveLength(5);
      expect(await ask(app, 'email/resend')).toBe(200);
      expect(await app.mails()).toHaveLength(6);
    },
  );

  test('that somebody wants to change to, and to which they have mails sent, keep its owner from no reset', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const eve = { email: 'eve@example.com', password: ada.password };
    await app.auth.users.create(eve);
    const headers = await signIn(app, eve);
    await useUp(app, async () => await ask(app, 'email/change', ada.email, headers));
    expect(await ask(app, 'passwordReset/request')).toBe(200);
    const subjects = (await app.mails()).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.includes('password'))).toHaveLength(1);
  });
});
