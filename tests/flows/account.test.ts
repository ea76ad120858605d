import { describe, expect, test } from 'vitest';

import { hours, seconds } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { ask, atHome, eve, eventsIn, registered, update } from '../support/own-account.ts';
import { ada, testApp } from '../support/test-app.ts';

describe('account.update', () => {
  test('changes the name and the language, each alone or both, and takes them away again', async () => {
    await using app = await testApp();
    const person = await registered(app, { ...ada, name: 'Ada' });
    const steps: [object, object][] = [
      [{ name: 'Ada Lovelace' }, { name: 'Ada Lovelace', locale: null }],
      [{ locale: 'de' }, { name: 'Ada Lovelace', locale: 'de' }],
      [
        { name: null, locale: 'en' },
        { name: null, locale: 'en' },
      ],
      [{ locale: null }, { name: null, locale: null }],
    ];
    for (const [input, expected] of steps) {
      const answer = await update(app, person, input);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ user: { id: person.id, email: ada.email, ...expected } });
      expect(await (await app.get('/api/auth/me', person.headers)).json()).toMatchObject({ user: expected });
    }
    expect((await eventsIn(app)).filter(({ kind }) => kind === 'user.updated')).toHaveLength(4);
  });

  test('that changes nothing is answered as any other, and is no event', async () => {
    await using app = await testApp();
    const person = await registered(app, { ...ada, name: 'Ada' });
    const same = [{ name: 'Ada' }, { locale: null }, { name: 'Ada', locale: null }];
    const changes = [...same, { name: 'Ada', locale: 'de' }, { name: null }, { name: null, locale: 'de' }];
    for (const input of changes) {
      const answer = await update(app, person, input);
      expect([answer.status, (await answer.json()).user]).toEqual([200, expect.objectContaining(input)]);
    }
    await Promise.all(Array.from({ length: 20 }, async () => await update(app, person, { name: 'Ada Lovelace' })));
    expect((await eventsIn(app)).filter(({ kind }) => kind === 'user.updated')).toHaveLength(3);
  });

  test.each([
    ['nothing', {}],
    ['a language that no mail is written in', { locale: 'fr' }],
    ['a name of two lines', { name: 'Ada\nLovelace' }],
    ['no object', 'Ada'],
  ])('refuses %s, and changes nothing', async (_what, input) => {
    await using app = await testApp();
    const person = await registered(app);
    const before = await stored(app);
    const answer = await update(app, person, input);
    expect(answer.status).toBe(400);
    expect((await stored(app)).users).toEqual(before.users);
    expect((await eventsIn(app)).map(({ kind }) => kind)).not.toContain('user.updated');
  });

  test.each([
    ['email', eve.email],
    ['id', '0197a7a8-0000-7000-8000-000000000001'],
    ['userId', '0197a7a8-0000-7000-8000-000000000001'],
    ['emailVerified', true],
    ['emailVerifiedAt', '2026-01-01T00:00:00.000Z'],
    ['disabledAt', null],
    ['createdAt', '2026-01-01T00:00:00.000Z'],
    ['passwordHash', 'none'],
    ['importedId', '1'],
    ['__proto__', { email: eve.email }],
  ])('15.3.3 sets no %s: the call is refused as a whole', async (field, value) => {
    await using app = await testApp();
    const person = await registered(app);
    const before = await stored(app);
    const answer = await update(app, person, `{"name":"Eve","${field}":${JSON.stringify(value)}}`);
    expect(await answer.json()).toMatchObject({ reason: 'INPUT_INVALID' });
    expect((await stored(app)).users).toEqual(before.users);
  });

  test('8.2.3 reaches no account but that of the session', async () => {
    await using app = await testApp();
    const [person] = [await registered(app), await registered(app, eve)];
    await update(app, person, { name: 'Ada', locale: 'de' });
    const { users } = await stored(app);
    expect(users.find(({ email }) => email === eve.email)).toMatchObject({ name: null, locale: null });
    expect((await app.post('/api/auth/account/update', { name: 'Nobody' })).status).toBe(401);
  });
});

describe('account.events', () => {
  test('16.2.1 shows what happened to an account, when, from where and by which session, the newest first', async () => {
    await using app = await testApp();
    const person = await registered(app, ada, atHome);
    const second = (await (await app.post('/api/auth/login', { ...ada, deliver: 'token' }, atHome)).json()).token;
    app.clock.forward(seconds(1));
    await app.post('/api/auth/logout', {}, { ...atHome, authorization: `Bearer ${second}` });
    await app.auth.users.disable(person.id);
    await app.auth.users.enable(person.id);
    const again = (await (await app.post('/api/auth/login', { ...ada, deliver: 'token' }, atHome)).json()).token;

    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const address = atHome['x-forwarded-for'];
    const device = { browser: 'Firefox 152', system: null };
    const answer = await ask(app, { ...person, headers: { authorization: `Bearer ${again}` } }, 'events');
    const { events, nextCursor } = await answer.json();
    expect(nextCursor).toBeNull();
    expect(events).toMatchObject([
      { kind: 'session.started', address, sessionId: uuid, data: { sessionId: uuid, failuresBefore: 0, ...device } },
      { kind: 'user.enabled', address: null, sessionId: null, data: {} },
      { kind: 'user.disabled', address: null, sessionId: null, data: {} },
      { kind: 'session.ended', address, sessionId: uuid, data: { by: 'logout' } },
      { kind: 'session.started', address },
      { kind: 'session.started', address },
      { kind: 'user.registered', address, data: {} },
    ]);
    expect(events[3].sessionId).toBe(events[4].data.sessionId);
    expect(events[0].at).toBe(app.clock.now().toISOString());
  });

  test('goes on from page to page, each event once', async () => {
    await using app = await testApp();
    const person = await registered(app);
    for (let time = 0; time < 6; time += 1) await update(app, person, { name: `Ada ${time}` });
    const seen: string[] = [];
    let input: object = { limit: 3 };
    for (let page = 0; page < 4; page += 1) {
      const { events, nextCursor } = await (await ask(app, person, 'events', input)).json();
      seen.push(...events.map(({ id }: { id: string }) => id));
      if (nextCursor === null) break;
      expect(events).toHaveLength(3);
      input = { limit: 3, cursor: nextCursor };
    }
    const all = (await eventsIn(app)).map(({ id }) => id);
    expect(seen).toEqual(all.toReversed());
  });

  test('8.2.2 shows nobody else’s, whatever the cursor', async () => {
    await using app = await testApp();
    const [person, other] = [await registered(app), await registered(app, eve)];
    const { events } = await (await ask(app, other, 'events')).json();
    const cursor = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
    const mine = await (await ask(app, person, 'events', { cursor, limit: 100 })).json();
    expect(mine.events).toHaveLength(2);
    expect(mine.events.map(({ id }: { id: string }) => id)).not.toContain(events[0].id);
  });

  test.each([{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { limit: '20' }, { cursor: 'x' }, { userId: 'x' }])(
    'refuses %j',
    async (input) => {
      await using app = await testApp();
      const answer = await ask(app, await registered(app), 'events', input);
      expect([answer.status, (await answer.json()).reason]).toEqual([400, 'INPUT_INVALID']);
    },
  );

  test('leaves out a kind that a newer version has stored', async () => {
    await using app = await testApp();
    const person = await registered(app);
    const { orm, tables } = await app.db();
    await orm.update(tables.events).set({ kind: 'wallet.added' });
    expect(await (await ask(app, person, 'events')).json()).toEqual({ events: [], nextCursor: null });
  });
});

describe('account.export', () => {
  test('has all that is stored about a person, and no secret', async () => {
    await using app = await testApp();
    const person = await registered(app, { ...ada, name: 'Ada' }, atHome);
    await app.mails();
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await app.mails();
    const answer = await ask(app, person, 'export');
    expect(answer.status).toBe(200);
    const exported = await answer.json();
    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const address = atHome['x-forwarded-for'];
    expect(exported).toEqual({
      exportedAt: app.clock.now().toISOString(),
      user: {
        id: person.id,
        email: ada.email,
        emailVerified: false,
        emailVerifiedAt: null,
        name: 'Ada',
        locale: null,
        createdAt: instant,
        hasPassword: true,
        adminSince: null,
        importedId: null,
      },
      sessions: [
        {
          id: uuid,
          createdAt: instant,
          verifiedAt: instant,
          factorVerifiedAt: null,
          lastSeenAt: instant,
          expiresAt: instant,
          browser: 'Firefox 152',
          system: null,
          address,
          factors: ['password'],
        },
      ],
      factors: { totpSince: null, recoveryCodesLeft: 0, passkeys: [] },
      links: ['passwordReset', 'emailVerification'].map((purpose) => ({
        id: uuid,
        purpose,
        email: ada.email,
        createdAt: instant,
        expiresAt: instant,
      })),
      events: [
        expect.objectContaining({ kind: 'session.started' }),
        expect.objectContaining({ kind: 'user.registered' }),
      ],
      nextCursor: null,
    });
    const { users, sessions } = await stored(app);
    expect(JSON.stringify(exported)).not.toMatch(/hash/i);
    for (const secret of [users[0]?.passwordHash, sessions[0]?.tokenHash.toString('base64')])
      expect(JSON.stringify(exported)).not.toContain(secret);
  });

  test('is of nobody else, and asks for the password again', async () => {
    await using app = await testApp();
    const person = await registered(app);
    await registered(app, eve);
    expect(await (await ask(app, person, 'export')).text()).not.toContain(eve.email);
    app.clock.forward(hours(1));
    const refused = await ask(app, person, 'export');
    expect([refused.status, (await refused.json()).reason]).toEqual([403, 'VERIFY_AGAIN']);
  });

  test('2.4.1 of one account is made ten times an hour, also in one request, and no other waits for it', async () => {
    await using app = await testApp();
    const [person, other] = [await registered(app), await registered(app, eve)];
    const batch = Array.from({ length: 8 }, () => 'auth.account.export').join(',');
    expect((await app.get(`/trpc/${batch}?batch=1&input=%7B%7D`, person.headers)).status).toBe(200);
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await ask(app, person, 'export')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await (await ask(app, person, 'export')).json()).reason).toBe('RATE_LIMITED');
    expect((await ask(app, other, 'export')).status).toBe(200);
    app.clock.forward(hours(1));
    const verified = await app.post('/api/auth/sessions/verify', { password: ada.password }, person.headers);
    const { token } = await verified.json();
    expect((await app.get('/api/auth/account/export', { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test('says so of an account without a password', async () => {
    await using app = await testApp();
    const person = await registered(app);
    const { orm, tables } = await app.db();
    await orm.update(tables.users).set({ passwordHash: 'none' });
    expect(await (await ask(app, person, 'export')).json()).toMatchObject({ user: { hasPassword: false } });
  });
});
