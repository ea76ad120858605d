import { describe, expect, test } from 'vitest';

import { memoryStorage } from '../../client/index.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { hours, minutes } from '../../server/kernel/clock.ts';
import { newToken } from '../../server/kernel/token.ts';
import { stored } from '../support/database.ts';
import { registered } from '../support/registered.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another correct horse' };
const newPassword = 'a horse of another colour';

const logIn = async (app: TestApp, password: string): Promise<number> =>
  (await app.post('/api/auth/login', { ...ada, password })).status;
const reasonOf = async (answer: Response): Promise<string> => (await answer.json()).reason ?? 'done';

async function tokens(app: TestApp) {
  const { orm, tables } = await app.db();
  return await orm.select().from(tables.oneTimeTokens);
}

describe('the token of a link', () => {
  test('6.4.1 the token of a link is random, is used once, and is good for less than an hour', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const tokens = new Set<string>();
    for (let time = 0; time < 10; time += 1) tokens.add(await linkedToken(app, ada.email));
    expect(tokens.size).toBe(10);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);

    const late = await linkedToken(app, ada.email);
    app.clock.forward(hours(1));
    expect(await reasonOf(await complete(app, late, newPassword))).toBe('LINK_SPENT');
    const token = await mailedToken(app, ada.email);
    app.clock.forward(hours(1) - 1);
    expect(await reasonOf(await complete(app, token, newPassword))).toBe('done');
    expect(await reasonOf(await complete(app, token, 'yet another horse'))).toBe('LINK_SPENT');
    expect(await logIn(app, newPassword)).toBe(200);
  });

  test('GHSA-r3xq-68wh-gwvh the token of a link that 50 use at once serves exactly one of them (also 2.3.4)', async () => {
    const real = createBcryptHasher(4, bcryptOnNodesPool);
    const allFound = Promise.withResolvers<void>();
    let hashed = 0;
    const hasher: Hasher = {
      ...real,
      // Nobody goes on before all have found the token good; the first is the password that Ada has.
      async hash(...args) {
        hashed += 1;
        if (hashed === 51) allFound.resolve();
        if (hashed > 1) await allFound.promise;
        return await real.hash(...args);
      },
    };
    await using app = await testApp({ hasher });
    await app.auth.users.create(ada);
    const token = await mailedToken(app, ada.email);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => (await complete(app, token, `horse number ${index}`)).status),
    );
    expect(answers.toSorted()).toEqual([200, ...Array(49).fill(401)]);
    const won = answers.indexOf(200);
    expect(await logIn(app, `horse number ${won}`)).toBe(200);
    expect(await logIn(app, `horse number ${(won + 1) % 50}`)).toBe(401);
  });

  test('is the newest one only', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const first = await mailedToken(app, ada.email);
    app.clock.forward(minutes(1));
    const second = await mailedToken(app, ada.email);
    expect(second).not.toBe(first);
    expect(await reasonOf(await complete(app, first, newPassword))).toBe('LINK_SPENT');
    expect(await reasonOf(await complete(app, second, newPassword))).toBe('done');
    expect(await tokens(app)).toEqual([]);
  });

  test.each([
    ['short', 'PASSWORD_TOO_SHORT'],
    ['password123', 'PASSWORD_COMMON'],
    ['latchkey2026', 'PASSWORD_GUESSABLE'],
    ['ada.lovelace1815', 'PASSWORD_GUESSABLE'],
  ])('is not spent by a weak password: %s', async (weak, reason) => {
    await using app = await testApp();
    const person = { ...ada, email: 'ada.lovelace@example.com' };
    await app.auth.users.create(person);
    const token = await mailedToken(app, person.email);
    const before = app.hashes();
    expect(await reasonOf(await complete(app, token, weak))).toBe(reason);
    expect(app.hashes()).toBe(before);
    expect(await reasonOf(await complete(app, token, newPassword))).toBe('done');
  });

  test('is of no use for an account that has another address by now', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const token = await mailedToken(app, ada.email);
    const { orm, tables } = await app.db();
    await orm.update(tables.users).set({ email: eve.email });
    const answer = await complete(app, token, newPassword);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      reason: 'LINK_SPENT',
      message: 'This link has expired, was used already, or a newer one was sent.',
    });
    expect((await app.post('/api/auth/login', { ...ada, email: eve.email })).status).toBe(200);
  });

  test('that somebody made up costs no hash, and tells nothing', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    await mailedToken(app, ada.email);
    const before = app.hashes();
    const made = [newToken().reveal(), 'garbage', '', 'a'.repeat(1024), '\uD83C\uDF35'.repeat(43)];
    for (const token of made) expect(await reasonOf(await complete(app, token, newPassword))).toBe('LINK_SPENT');
    expect(app.hashes()).toBe(before);
    expect(await logIn(app, ada.password)).toBe(200);
  });

  test('is none that is known without the mail: not of a session, not its hash, not an id', async () => {
    await using app = await testApp();
    const { token: ofSession = '' } = registered(await app.client({ storage: memoryStorage() }).register.mutate(ada));
    const ofReset = await mailedToken(app, ada.email);
    const [row] = await tokens(app);
    const [session] = (await stored(app)).sessions;
    if (!row || !session) throw new Error('nothing is stored');
    const others = [ofSession, row.id, row.userId, session.id].concat(
      [row.tokenHash, session.tokenHash].flatMap((hash) => [hash.toString('hex'), hash.toString('base64url')]),
    );
    for (const token of others) expect(await reasonOf(await complete(app, token, newPassword))).toBe('LINK_SPENT');
    expect(await reasonOf(await complete(app, ofReset, newPassword))).toBe('done');
  });

  test('for another purpose is another token, and signs nobody in', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const token = await mailedToken(app, ada.email);
    const carried: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { cookie: `latchkey_session=${token}` },
    ];
    for (const headers of carried) expect((await app.get('/api/auth/me', headers)).status).toBe(401);
    const { orm, tables } = await app.db();
    await orm.update(tables.oneTimeTokens).set({ purpose: 'emailVerification' });
    expect(await reasonOf(await complete(app, token, newPassword))).toBe('LINK_SPENT');
  });

  test('takes with it all that the user was sent for other purposes', async () => {
    await using app = await testApp();
    await app.auth.users.create(ada);
    const { orm, tables } = await app.db();
    await linkedToken(app, ada.email);
    await orm.update(tables.oneTimeTokens).set({ purpose: 'emailVerification' });
    await complete(app, await mailedToken(app, ada.email), newPassword);
    expect(await tokens(app)).toEqual([]);
  });

  test('that nobody used is removed once it is over, and no other', async () => {
    await using first = await testApp();
    for (const person of [ada, eve]) await first.auth.users.create(person);
    await linkedToken(first, ada.email);
    first.clock.forward(minutes(1));
    await linkedToken(first, eve.email);
    first.clock.forward(minutes(59));
    await using second = await testApp({ database: first.database, clock: first.clock });
    await expect.poll(async () => (await tokens(second)).map(({ email }) => email)).toEqual([eve.email]);
  });

  test('is used 20 times in ten minutes by one network, right or wrong', async () => {
    await using app = await testApp();
    const answers: number[] = [];
    const body = { token: newToken().reveal(), newPassword };
    for (let index = 0; index < 22; index += 1)
      answers.push(
        (await app.post('/api/auth/passwordReset/complete', body, { 'x-forwarded-for': '203.0.113.9' })).status,
      );
    expect(answers).toEqual([...Array(20).fill(401), 429, 429]);
  });
});

test('none of 30 logins with the old password, at the moment of a reset, has a session after it', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  for (let round = 0; round < 3; round += 1) {
    const person = { ...ada, email: `user${round}@example.com` };
    await app.auth.users.create(person);
    const token = await linkedToken(app, person.email);
    const logins = Array.from({ length: 30 }, async (_, index) => {
      if (index === 15) expect((await complete(app, token, newPassword)).status).toBe(200);
      else await app.post('/api/auth/login', person);
    });
    await Promise.all(logins);
    expect((await stored(app)).sessions).toEqual([]);
  }
});
