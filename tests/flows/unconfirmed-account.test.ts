import { describe, expect, test, vi } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { minutes, seconds } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { changeEmail, follow, mailed, reasonOf } from '../support/mail-links.ts';
import { comparable, eve, logIn, register, rows, strictApp } from '../support/strict-app.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

describe('an account whose address is not confirmed', () => {
  test('6.3.8 is told to nobody, not even to who has made it: a right password is answered as a wrong one is', async () => {
    await using app = await strictApp();
    await register(app);
    const hashes = app.hashes();
    const right = await logIn(app);
    const wrong = await logIn(app, { ...ada, password: 'wrong horse battery' });
    const unknown = await logIn(app, eve);
    expect(app.hashes() - hashes).toBe(3);
    expect(right.status).toBe(401);
    const seen = await comparable(unknown);
    expect([await comparable(right), await comparable(wrong)]).toEqual([seen, seen]);
  });

  test.each([
    ['the address', (email: string) => email],
    ['other addresses', (_email: string, index: number) => `other${index}@example.org`],
  ])('6.3.8 is not told by the limits of mails to %s either, after a login by who has made it', async (_of, other) => {
    await using app = await strictApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    const seen: unknown[] = [];
    for (const [index, email] of [ada.email, eve.email].entries()) {
      const home = { 'x-forwarded-for': `203.0.113.${index}` };
      const password = 'the horse of a stranger';
      await register(app, { email, password });
      await app.mails();
      app.clock.forward(minutes(2));
      await app.post('/api/auth/login', { email, password }, home);
      // What there is to do after the answer is done.
      await app.auth.runJobs();
      const statuses: number[] = [];
      for (let time = 0; time < 21; time += 1) {
        const asked = await app.post('/api/auth/email/resend', { email: other(email, 100 * index + time) }, home);
        statuses.push(asked.status);
      }
      seen.push(statuses);
    }
    expect(seen[0]).toContain(429);
    expect(seen[1]).toEqual(seen[0]);
  });

  test('gets the link once an hour by logging in, beside what is asked for', async () => {
    await using app = await strictApp();
    await register(app);
    await app.post('/api/auth/email/resend', { email: ada.email });
    expect(await app.mails()).toHaveLength(2);
    for (const [pause, count] of [
      [0, 3],
      [minutes(59), 3],
      [minutes(1), 4],
    ] as const) {
      app.clock.forward(pause);
      await logIn(app);
      await app.auth.runJobs();
      expect(await app.mails()).toHaveLength(count);
    }
  });

  test('gets the link without anybody’s doing, soon after the answer', async () => {
    await using app = await strictApp();
    await app.auth.users.create(ada);
    // Opened before, which may take longer than what is looked at.
    await rows(app);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await logIn(app);
      expect((await rows(app)).jobs).toEqual([]);
      vi.advanceTimersByTime(seconds(0.3));
    } finally {
      vi.useRealTimers();
    }
    await expect.poll(async () => (await rows(app)).jobs.length).toBe(1);
  });

  test('gets the link once more where somebody logs in with the right password, and no flood of them', async () => {
    await using app = await strictApp();
    await register(app);
    expect(await app.mails()).toHaveLength(1);
    app.clock.forward(minutes(2));
    for (let time = 0; time < 3; time += 1) await logIn(app);
    await expect.poll(async () => (await app.mails()).length).toBe(2);
    expect(await app.mails()).toHaveLength(2);
    await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'));
    expect((await logIn(app)).status).toBe(200);
  });

  test('has no session that began before this was asked for, until it is confirmed', async () => {
    await using before = await testApp();
    const { token } = await (await register(before, { ...ada, deliver: 'token' })).json();
    const bearer = { authorization: `Bearer ${token}` };
    await using app = await strictApp({ database: before.database, clock: before.clock });
    const refused = await app.get('/api/auth/me', bearer);
    expect([refused.status, await reasonOf(refused)]).toEqual([401, 'SESSION_ENDED']);
    await app.post('/api/auth/email/resend', { email: ada.email });
    await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'));
    expect((await app.get('/api/auth/me', bearer)).status).toBe(200);
  });

  test('gets no session by a login that was verified while it was confirmed', async () => {
    const real = createBcryptHasher(4, bcryptOnNodesPool);
    let target: TestApp | undefined;
    const hasher: Hasher = {
      ...real,
      async verify(...args) {
        const isRight = await real.verify(...args);
        const { orm, tables } = (await target?.db()) ?? {};
        if (orm && tables) await orm.update(tables.users).set({ emailVerifiedAt: null });
        return isRight;
      },
    };
    await using app = await strictApp({ hasher });
    await app.auth.users.create({ ...ada, emailVerified: true });
    target = app;
    const answer = await logIn(app);
    expect([answer.headers.getSetCookie(), await reasonOf(answer)]).toEqual([[], 'WRONG_CREDENTIALS']);
    expect((await stored(app)).sessions).toEqual([]);
  });

  test('is confirmed where the operator says so, and after a change of the address', async () => {
    await using app = await strictApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    const cookie = { cookie: (await logIn(app)).headers.getSetCookie()[0]?.split(';', 1)[0] ?? '' };
    await changeEmail(app, { from: ada.email, to: 'ada@new.example' }, cookie);
    expect((await logIn(app, { ...ada, email: 'ada@new.example' })).status).toBe(200);
  });
});
