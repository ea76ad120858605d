import { describe, expect, test } from 'vitest';

import { inBatches, tableNames } from '../../server/db/all-tables.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { seconds } from '../../server/kernel/clock.ts';
import { counts } from '../support/database.ts';
import { entriesOf } from '../support/log-entries.ts';
import { ask, atHome, eve, eventsIn, registered, remove } from '../support/own-account.ts';
import type { Person } from '../support/own-account.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Everything that is in the database, as one text. */
async function dump(app: TestApp): Promise<string> {
  const db = await app.db();
  const rows: unknown[] = [];
  for (const name of tableNames) for await (const batch of inBatches(db, name)) rows.push(name, ...batch);
  return JSON.stringify(rows);
}

describe('account.delete', () => {
  test('14.2.7 leaves nothing of the person: no session, no link, no address of theirs, in no table', async () => {
    await using app = await testApp();
    const name = 'Augusta Ada King';
    const person = await registered(app, { ...ada, name }, atHome);
    await registered(app, eve);
    await app.post('/api/auth/login', ada, atHome);
    await app.post('/api/auth/login', { ...ada, password: 'wrong horse battery' }, atHome);
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await app.mails();
    const before = await dump(app);
    // What is not there before cannot be missed afterwards.
    const personal = [person.id, ada.email, name, atHome['x-forwarded-for'], 'Firefox 152'];
    for (const one of personal) expect(before).toContain(one);

    const answer = await app.post('/api/auth/account/delete', {}, { ...atHome, ...person.headers });
    expect([answer.status, await answer.json()]).toEqual([200, { message: 'Account deleted', status: 'signedOut' }]);
    await app.auth.runJobs();
    const after = await dump(app);
    for (const one of personal) expect(after).not.toContain(one);
    expect(after).toContain(eve.email);
    expect(await counts(app)).toEqual({ users: 1, sessions: 1 });
  });

  test('takes away the cookie, and what went with the session', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const answer = await remove(app, { headers: { cookie } });
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toBe('latchkey_session=');
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(401);
  });

  test('leaves of what happened the kind and the time, and that it was deleted', async () => {
    await using app = await testApp();
    const person = await registered(app);
    await app.post('/api/auth/login', ada);
    app.clock.forward(seconds(5));
    await remove(app, person);
    const bare = { userId: null, sessionId: null, address: null, data: '{}' };
    const at = app.clock.now();
    const before = new Date(at.getTime() - seconds(5));
    expect((await eventsIn(app)).map(({ id: _id, ...event }) => event)).toEqual(
      [
        ['user.registered', before],
        ['session.started', before],
        ['session.started', before],
        ['user.deleted', at],
      ].map(([kind, createdAt]) => ({ kind, createdAt, ...bare })),
    );
  });

  test('tells a listener the id, once more', async () => {
    await using app = await testApp();
    const heard: unknown[] = [];
    app.auth.on('user.deleted', (event) => void heard.push(event));
    const person = await registered(app);
    await remove(app, person);
    await app.auth.runJobs();
    expect(heard).toEqual([{ id: expect.any(String), kind: 'user.deleted', at: app.clock.now(), userId: person.id }]);
    expect(entriesOf(app).find(({ event }) => event === 'user.deleted')).toMatchObject({ userId: person.id });
  });

  test('afterwards a login is refused as one to an address without an account, and the address is free', async () => {
    await using app = await testApp();
    await remove(app, await registered(app));
    const hashes = app.hashes();
    const [gone, never] = [await app.post('/api/auth/login', ada), await app.post('/api/auth/login', eve)];
    expect([gone.status, (await gone.json()).reason]).toEqual([never.status, (await never.json()).reason]);
    expect(app.hashes() - hashes).toBe(2);
    const again = await registered(app);
    expect((await app.get('/api/auth/me', again.headers)).status).toBe(200);
    expect((await (await ask(app, again, 'events')).json()).events).toHaveLength(2);
  });

  test('7.5.3 asks for the password again where it was shown too long ago', async () => {
    await using app = await testApp();
    const person = await registered(app);
    app.clock.forward(seconds(600));
    const refused = await remove(app, person);
    expect([refused.status, (await refused.json()).reason]).toEqual([403, 'VERIFY_AGAIN']);
    expect(await counts(app)).toEqual({ users: 1, sessions: 1 });
  });

  test('2.3.4 of fifty at once deletes once, and the others are told that their session has ended', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const person = await registered(app);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await remove(app, person)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // Busy, where too many met at one row of PostgreSQL.
    expect(statuses.filter((status) => ![200, 401, 503].includes(status))).toEqual([]);
    expect((await eventsIn(app)).filter(({ kind }) => kind === 'user.deleted')).toHaveLength(1);
  });

  test('2.3.4 while somebody logs in leaves no session and no trace of either', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    for (let round = 0; round < 5; round += 1) {
      const person = await registered(app);
      const logins = Array.from({ length: 8 }, async () => await app.post('/api/auth/login', ada, atHome));
      let removed = await remove(app, person);
      // In PostgreSQL it may have been undone for the others, each time.
      while (removed.status === 503) removed = await remove(app, person);
      expect(removed.status).toBe(200);
      const statuses = (await Promise.all(logins)).map(({ status }) => status);
      expect(statuses.filter((status) => ![200, 401, 503].includes(status))).toEqual([]);
      expect(await counts(app)).toEqual({ users: 0, sessions: 0 });
      const events = await eventsIn(app);
      expect(events.filter(({ address, userId, data }) => address ?? userId ?? (data !== '{}' || null))).toEqual([]);
    }
  });

  test('of somebody whose password is being verified leaves them signed out', async () => {
    const real = createBcryptHasher(4, bcryptOnNodesPool);
    let person: Person | undefined;
    await using app = await testApp({
      hasher: {
        ...real,
        async verify(...args) {
          const isRight = await real.verify(...args);
          if (person) await remove(app, person);
          return isRight;
        },
      },
    });
    person = await registered(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(401);
    expect(await counts(app)).toEqual({ users: 0, sessions: 0 });
  });

  test('makes the jobs that wait for the person do nothing, and do it without a fault', async () => {
    await using app = await testApp();
    const person = await registered(app);
    await app.post('/api/auth/passwordReset/request', { email: ada.email });
    await remove(app, person);
    expect(await app.mails()).toEqual([]);
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.jobs)).toEqual([]);
    expect(entriesOf(app).filter(({ event }) => event === 'job.failed')).toEqual([]);
  });

  test('is open to the operator, also for an account that is disabled', async () => {
    await using app = await testApp();
    const person = await registered(app);
    await app.auth.users.disable(person.id);
    await app.auth.users.delete(person.id);
    await app.mails();
    expect(await app.auth.users.find({ id: person.id })).toBeNull();
    expect(await dump(app)).not.toContain(person.id);
    await expect(app.auth.users.delete(person.id)).rejects.toMatchObject({ refusal: { reason: 'USER_UNKNOWN' } });
  });
});
