import { describe, expect, test } from 'vitest';
import { ZodError } from 'zod';

import { hours } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { stored } from '../support/database.ts';
import { complete, tokenIn } from '../support/reset-links.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };

const statusOfMe = async (app: TestApp, cookie: string): Promise<number> =>
  (await app.get('/api/auth/me', { cookie })).status;

const refusing = (reason: string) => expect.objectContaining({ refusal: expect.objectContaining({ reason }) });

async function events(app: TestApp) {
  const { orm, tables } = await app.db();
  const rows = await orm.select().from(tables.events).orderBy(tables.events.id);
  return rows.map(({ kind, userId, data }) => ({ kind, userId, data: JSON.parse(data) }));
}

describe('an operator', () => {
  test('makes an account, also where registration is closed, and finds it by id and by any spelling of its address', async () => {
    await using app = await testApp({ env: { REGISTRATION: 'closed' } });
    const user = await app.auth.users.create({ email: 'ADA@Example.com', password: ada.password, name: 'Ada' });
    expect(user).toEqual({
      id: expect.any(String),
      email: ada.email,
      emailVerified: false,
      name: 'Ada',
      locale: null,
      createdAt: app.clock.now().toISOString(),
      disabledAt: null,
      adminSince: null,
    });
    for (const which of [{ id: user.id }, { id: user.id.toUpperCase() }, { email: 'Ada@EXAMPLE.com' }])
      expect(await app.auth.users.find(which)).toEqual(user);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(await events(app)).toMatchObject([
      { kind: 'user.registered', userId: user.id },
      { kind: 'session.started' },
    ]);
  });

  test('finds null where there is nobody', async () => {
    await using app = await testApp();
    for (const which of [{ id: newId() }, { id: 'garbage' }, { email: eve.email }, { email: 'no address' }])
      expect(await app.auth.users.find(which)).toBeNull();
  });

  test('is held to the rules of a registration', async () => {
    await using app = await testApp();
    const { users } = app.auth;
    await expect(users.create({ ...ada, password: 'short' })).rejects.toThrow(refusing('PASSWORD_TOO_SHORT'));
    await expect(users.create({ ...ada, password: 'password123' })).rejects.toThrow(refusing('PASSWORD_COMMON'));
    await expect(users.create({ ...ada, password: 'latchkey2026' })).rejects.toThrow(refusing('PASSWORD_GUESSABLE'));
    for (const wrong of [{ email: 'a,b@example.com' }, { ...ada, name: '' }, { ...ada, role: 'admin' }])
      await expect(users.create(wrong)).rejects.toThrow(ZodError);
    await users.create(ada);
    await expect(users.create({ email: ada.email.toUpperCase() })).rejects.toThrow(refusing('EMAIL_TAKEN'));
    expect((await stored(app)).users).toHaveLength(1);
  });

  test('2.3.4 gives an address that 20 ask for at once to exactly one of them', async () => {
    await using app = await testApp();
    const made = await Promise.allSettled(Array.from({ length: 20 }, async () => await app.auth.users.create(ada)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = made.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const one of refused) expect(one).toMatchObject({ reason: refusing('EMAIL_TAKEN') });
  });

  test('makes an account without a password, to which nobody logs in before one is set by a link', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create({ email: ada.email });
    const before = app.hashes();
    for (const password of ['none', ada.password, ' '])
      expect((await app.post('/api/auth/login', { email: ada.email, password })).status).toBe(401);
    expect(app.hashes() - before).toBe(3);
    const { url } = await app.auth.users.resetLink(id);
    expect((await complete(app, tokenIn(url), ada.password)).status).toBe(200);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('is told of every user that there is none of', async () => {
    await using app = await testApp();
    const { users } = app.auth;
    for (const act of ['disable', 'enable', 'endSessions', 'resetLink'] as const) {
      for (const id of [newId(), 'garbage', '']) await expect(users[act](id)).rejects.toThrow(refusing('USER_UNKNOWN'));
    }
    expect(await events(app)).toEqual([]);
  });
});

describe('a user who is disabled', () => {
  test('7.4.2 with an account that is disabled its sessions end at once, and no other', async () => {
    await using app = await testApp();
    const [hers, herOther] = [await app.post('/api/auth/register', ada), await app.post('/api/auth/login', ada)].map(
      (answer) => cookieOf(answer) ?? '',
    );
    const other = cookieOf(await app.post('/api/auth/register', eve)) ?? '';
    const user = await app.auth.users.find({ email: ada.email });
    expect(await app.auth.users.disable(user?.id ?? '')).toEqual({
      ...user,
      disabledAt: app.clock.now().toISOString(),
    });
    for (const cookie of [hers, herOther]) expect(await statusOfMe(app, cookie ?? '')).toBe(401);
    expect(await statusOfMe(app, other)).toBe(200);
    expect((await stored(app)).sessions).toHaveLength(1);
    expect((await app.post('/api/auth/login', ada)).status).toBe(403);
    expect((await app.post('/api/auth/login', eve)).status).toBe(200);
  });

  test('gets none of it back when enabled, but may log in again', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const { id = '' } = (await app.auth.users.find({ email: ada.email })) ?? {};
    const { url } = await app.auth.users.resetLink(id);
    await app.auth.users.disable(id);
    expect((await complete(app, tokenIn(url), eve.password)).status).toBe(401);
    expect(await app.auth.users.enable(id)).toMatchObject({ disabledAt: null });
    expect((await complete(app, tokenIn(url), eve.password)).status).toBe(401);
    expect(await statusOfMe(app, cookie)).toBe(401);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('is disabled once: a second time changes nothing and is no event, nor is enabling whoever is enabled', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(ada);
    await app.auth.users.enable(id);
    const { disabledAt } = await app.auth.users.disable(id);
    app.clock.forward(hours(1));
    const again = await Promise.all(Array.from({ length: 5 }, async () => await app.auth.users.disable(id)));
    expect(again.map((one) => one.disabledAt)).toEqual(Array(5).fill(disabledAt));
    await app.auth.users.enable(id);
    expect(await events(app)).toEqual([
      { kind: 'user.registered', userId: id, data: {} },
      { kind: 'user.disabled', userId: id, data: {} },
      { kind: 'user.enabled', userId: id, data: {} },
    ]);
  });

  test('gets no link, neither of an operator nor by mail', async () => {
    await using app = await testApp();
    const { id } = await app.auth.users.create(ada);
    await app.auth.users.disable(id);
    await expect(app.auth.users.resetLink(id)).rejects.toThrow(refusing('USER_DISABLED'));
    expect((await app.post('/api/auth/passwordReset/request', { email: ada.email })).status).toBe(200);
    expect(await app.mails()).toEqual([]);
  });

  test('has no session left by any of 30 logins at the same moment', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    for (let round = 0; round < 3; round += 1) {
      const person = { ...ada, email: `user${round}@example.com` };
      const { id } = await app.auth.users.create(person);
      const logins = Array.from({ length: 30 }, async (_, index) => {
        if (index === 15) await app.auth.users.disable(id);
        return (await app.post('/api/auth/login', person)).status;
      });
      expect(new Set([200, 403, ...(await Promise.all(logins))])).toEqual(new Set([200, 403]));
      expect((await stored(app)).sessions).toEqual([]);
    }
  });
});

test('7.4.5 an operator signs a user out everywhere, is told how many sessions there were, and nobody else is touched', async () => {
  await using app = await testApp();
  const cookies = [await app.post('/api/auth/register', ada), await app.post('/api/auth/login', ada)].map(cookieOf);
  const other = cookieOf(await app.post('/api/auth/register', eve)) ?? '';
  const { id = '' } = (await app.auth.users.find({ email: ada.email })) ?? {};
  expect(await app.auth.users.endSessions(id)).toBe(2);
  expect(await app.auth.users.endSessions(id)).toBe(0);
  for (const cookie of cookies) expect(await statusOfMe(app, cookie ?? '')).toBe(401);
  expect(await statusOfMe(app, other)).toBe(200);
  const ended = { kind: 'user.sessionsEnded', userId: id, data: { by: 'operator' } };
  expect((await events(app)).filter(({ kind }) => kind === ended.kind)).toEqual([ended, ended]);
  expect((await app.post('/api/auth/login', ada)).status).toBe(200);
});

test('the link that an operator makes leads to the pages of the product, is good for an hour, and replaces the one before', async () => {
  await using app = await testApp({ env: { APP_URL: 'http://localhost:5173' } });
  const { id } = await app.auth.users.create(ada);
  const first = await app.auth.users.resetLink(id);
  const second = await app.auth.users.resetLink(id);
  expect(second.url).toMatch(/^http:\/\/localhost:5173\/reset-password#token=[\w-]{43}$/);
  expect(Date.parse(second.expiresAt) - app.clock.now().getTime()).toBe(hours(1));
  expect((await complete(app, tokenIn(first.url), eve.password)).status).toBe(401);
  expect((await complete(app, tokenIn(second.url), eve.password)).status).toBe(200);
});
