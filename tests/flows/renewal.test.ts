import Sqlite from 'better-sqlite3';
import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const ofCost = (cost: number): Hasher => createBcryptHasher(cost, bcryptOnNodesPool);

function withDatabase<Result>(app: TestApp, work: (client: Sqlite.Database) => Result): Result {
  const client = new Sqlite(app.file);
  client.pragma('foreign_keys = ON');
  try {
    return work(client);
  } finally {
    client.close();
  }
}

const storedHash = (app: TestApp): string =>
  String(withDatabase(app, (client) => client.prepare('select password_hash from users').pluck().get()));
const sessions = (app: TestApp): unknown =>
  withDatabase(app, (client) => client.prepare('select count(*) from sessions').pluck().get());

describe('a stored hash that is out of date', () => {
  test('11.2.2 a stored hash of a lower cost is replaced at the next login that is right, and at no other', async () => {
    await using old = await testApp({ hasher: ofCost(4) });
    await old.post('/api/auth/register', ada);
    await using app = await testApp({ file: old.file, hasher: ofCost(5) });
    await app.post('/api/auth/login', { ...ada, password: 'wrong horse' });
    expect(storedHash(app)).toContain('r=4$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(storedHash(app)).toContain('r=5$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test.each(['2a', '2b', '2y'])('of plain bcrypt ($%s$) signs in, and is replaced', async (letters) => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    const plain = (await bcrypt.hash(ada.password, 4)).replace('$2b$', `$${letters}$`);
    withDatabase(app, (client) => client.prepare('update users set password_hash = ?').run(plain));
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    expect(storedHash(app)).toMatch(/^\$bcrypt-sha256\$/);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('lets several logins at once in, each of which renews it', async () => {
    await using old = await testApp({ hasher: ofCost(4) });
    await old.post('/api/auth/register', ada);
    await using app = await testApp({ file: old.file, hasher: ofCost(6) });
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => (await app.post('/api/auth/login', ada)).status),
    );
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(storedHash(app)).toContain('r=6$');
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });
});

describe('a login that was verified', () => {
  /** Changes the database between the moment a password is verified and the moment its session is stored. */
  function after(change: (client: Sqlite.Database) => void): { hasher: Hasher; aim(app: TestApp): void } {
    const real = ofCost(4);
    let target: TestApp | undefined;
    return {
      aim: (app) => (target = app),
      hasher: {
        ...real,
        async verify(...args) {
          const isRight = await real.verify(...args);
          if (target) withDatabase(target, change);
          return isRight;
        },
      },
    };
  }

  test('against a password that was changed meanwhile starts no session', async () => {
    const newHash = await ofCost(4).hash('another password');
    const race = after((client) => client.prepare('update users set password_hash = ?').run(newHash));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    const before = sessions(app);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(401);
    expect(sessions(app)).toBe(before);
  });

  test('for a user who was deleted meanwhile starts no session', async () => {
    const race = after((client) => client.exec('delete from users'));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(401);
    expect(sessions(app)).toBe(0);
  });

  test('while its hash was renewed by another login is signed in all the same', async () => {
    const renewed = await ofCost(4).hash(ada.password);
    const race = after((client) => client.prepare('update users set password_hash = ?').run(renewed));
    await using app = await testApp({ hasher: race.hasher });
    await app.post('/api/auth/register', ada);
    race.aim(app);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });
});
