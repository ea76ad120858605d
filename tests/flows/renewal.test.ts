import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';

import type { Database } from '../../server/db/database.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { counts, stored } from '../support/database.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const ofCost = (cost: number): Hasher => createBcryptHasher(cost, bcryptOnNodesPool);

const storedHash = async (app: TestApp) => (await stored(app)).users[0]?.passwordHash;
const sessions = async (app: TestApp) => (await counts(app)).sessions;

const setHash =
  (passwordHash: string) =>
  ({ orm, tables }: Database) =>
    orm.update(tables.users).set({ passwordHash });

const storedIn = async ({ orm, tables }: Database) => (await orm.select().from(tables.users))[0]?.passwordHash ?? '';

describe('a stored hash that is out of date', () => {
  test('11.2.2 a stored hash of a lower cost is replaced at the next login that is right, and at no other', async () => {
    await using old = await testApp({ hasher: ofCost(4) });
    await old.post('/api/auth/register', ada);
    await using app = await testApp({ database: old.database, hasher: ofCost(5) });
    await app.post('/api/auth/login', { ...ada, password: 'wrong horse' });
    expect(await storedHash(app)).toContain('r=4$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(await storedHash(app)).toContain('r=5$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test.each(['2a', '2b', '2y'])('of plain bcrypt ($%s$) signs in, and is replaced', async (letters) => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const plain = (await bcrypt.hash(ada.password, 4)).replace('$2b$', `$${letters}$`);
    await setHash(plain)(await app.db());
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(await storedHash(app)).toMatch(/^\$bcrypt-sha256\$/);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('lets several logins at once in, each of which renews it', async () => {
    await using old = await testApp({ hasher: ofCost(4) });
    await old.post('/api/auth/register', ada);
    await using app = await testApp({ database: old.database, hasher: ofCost(6) });
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => (await app.post('/api/auth/login', ada)).status),
    );
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(await storedHash(app)).toContain('r=6$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });
});

describe('a login that was verified', () => {
  /** Changes the database between the moment a password is verified and the moment its session is stored. */
  function after(change: (db: Database) => PromiseLike<unknown>): { hasher: Hasher; aim(app: TestApp): void } {
    const real = ofCost(4);
    let target: TestApp | undefined;
    return {
      aim: (app) => (target = app),
      hasher: {
        ...real,
        async verify(...args) {
          const isRight = await real.verify(...args);
          if (target) await change(await target.db());
          return isRight;
        },
      },
    };
  }

  test('against a password that was changed meanwhile starts no session', async () => {
    const newHash = await ofCost(4).hash('another password');
    const race = after(setHash(newHash));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    const before = await sessions(app);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(401);
    expect(await sessions(app)).toBe(before);
  });

  test('for a user who was deleted meanwhile starts no session', async () => {
    const race = after(({ orm, tables }) => orm.delete(tables.users));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(401);
    expect(await sessions(app)).toBe(0);
  });

  test('for an account that was disabled meanwhile starts no session, and is told so', async () => {
    const race = after(({ orm, tables }) => orm.update(tables.users).set({ disabledAt: new Date() }));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    const before = await sessions(app);
    race.aim(app);
    const answer = await app.post('/api/auth/login', ada);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ reason: 'ACCOUNT_DISABLED' });
    expect(await sessions(app)).toBe(before);
  });

  test('while its hash was renewed by another login is signed in all the same', async () => {
    const renewed = await ofCost(4).hash(ada.password);
    const race = after(setHash(renewed));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test.each([
    [3, 200],
    [20, 503],
  ])(
    'while others renewed its hash %i times in a row is never told that the password is wrong',
    async (times, status) => {
      const hashes = await Promise.all(Array.from({ length: times }, async () => await ofCost(4).hash(ada.password)));
      const race = after(async (db) => await setHash(hashes.pop() ?? (await storedIn(db)))(db));
      await using app = await testApp({ hasher: race.hasher });
      await app.post('/api/auth/register', ada);
      race.aim(app);
      expect((await app.post('/api/auth/login', ada)).status).toBe(status);
    },
  );
});
