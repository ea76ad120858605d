import { describe, expect, test } from 'vitest';

import { importLines } from '../../server/features/import-lines/service.ts';
import type { Line } from '../../server/features/import-lines/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { foreignOnThisThread, verifyingForeign } from '../../server/hashing/foreign-hasher.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import { stored } from '../support/database.ts';
import { foreignHashes } from '../support/foreign-hashes.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const hasher = verifyingForeign(createBcryptHasher(4, bcryptOnNodesPool), foreignOnThisThread);

async function* lines(rows: unknown[]): AsyncGenerator<Line> {
  for (const [index, row] of rows.entries()) yield { number: index, text: JSON.stringify(row) };
}

/** Brings in accounts while the app runs. */
async function bringIn(app: TestApp, rows: unknown[]): Promise<void> {
  const report = await importLines({ db: await app.db(), clock: systemClock }, lines(rows));
  expect(report).toMatchObject({ imported: rows.length, leftOut: [] });
}

const logIn = async (app: TestApp, email: string, password: string): Promise<number> =>
  (await app.post('/api/auth/login', { email, password })).status;

const hashOf = async (app: TestApp, email: string) =>
  (await stored(app)).users.find((user) => user.email === email)?.passwordHash;

const ours = /^\$bcrypt-sha256\$/;
const quickOnes = foreignHashes.filter(({ isCostly }) => !isCostly);
const argon2 = quickOnes.find(({ made, password }) => made.startsWith('argon2 ') && password.startsWith('Zoe'));

describe('somebody who had an account in another system', () => {
  test('logs in with the password of there, and the stored hash is ours from then on', async () => {
    await using app = await testApp({ hasher });
    const people = quickOnes.map((one, index) => ({ ...one, email: `user${index}@example.com` }));
    await bringIn(
      app,
      people.map(({ email, passwordHash }) => ({ email, passwordHash })),
    );
    for (const { made, email, password } of people) {
      expect(await logIn(app, email, `x${password.slice(1)}`), `by ${made}`).toBe(401);
      expect(await hashOf(app, email), `by ${made}`).not.toMatch(ours);
      expect(await logIn(app, email, password), `by ${made}`).toBe(200);
      expect(await hashOf(app, email), `by ${made}`).toMatch(ours);
      expect(await logIn(app, email, password), `by ${made}`).toBe(200);
    }
  });

  test('types it as there until it is ours, and in any spelling from then on', async () => {
    await using app = await testApp({ hasher });
    const { password = '', passwordHash } = argon2 ?? {};
    await bringIn(app, [{ email: ada.email, passwordHash }]);
    const composed = password.normalize('NFC');
    expect(composed).not.toBe(password);
    expect(await logIn(app, ada.email, composed)).toBe(401);
    expect(await logIn(app, ada.email, password)).toBe(200);
    expect(await logIn(app, ada.email, composed)).toBe(200);
  });

  test('may log in several times at once, each of which replaces the hash', async () => {
    await using app = await testApp({ hasher });
    const { password = '', passwordHash } = argon2 ?? {};
    await bringIn(app, [{ email: ada.email, passwordHash }]);
    const answers = Array.from({ length: 4 }, async () => await logIn(app, ada.email, password));
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200]);
    expect(await hashOf(app, ada.email)).toMatch(ours);
    expect(await logIn(app, ada.email, password)).toBe(200);
  });

  test('is verified in the threads and turns of production', async () => {
    await using app = await testApp({ hasher: 'ofProduction' });
    const { password = '', passwordHash } = argon2 ?? {};
    await bringIn(app, [{ email: ada.email, passwordHash }]);
    expect(await logIn(app, ada.email, `x${password.slice(1)}`)).toBe(401);
    expect(await logIn(app, ada.email, password)).toBe(200);
    expect(await hashOf(app, ada.email)).toMatch(ours);
  });

  test('logs in with no password where there was none, until a link of a reset sets one', async () => {
    await using app = await testApp({ hasher });
    await bringIn(app, [{ email: ada.email }]);
    expect(await logIn(app, ada.email, 'none')).toBe(401);
    const { id = '' } = (await app.auth.users.find({ email: ada.email })) ?? {};
    const { url } = await app.auth.users.resetLink(id);
    const token = /token=([\w-]+)/.exec(url)?.[1];
    const reset = await app.post('/api/auth/passwordReset/complete', { token, newPassword: ada.password });
    expect(reset.status).toBe(200);
    expect(await logIn(app, ada.email, ada.password)).toBe(200);
  });

  test('does not log in where they were disabled there', async () => {
    await using app = await testApp({ hasher });
    const { password = '', passwordHash } = argon2 ?? {};
    await bringIn(app, [{ email: ada.email, passwordHash, disabled: true }]);
    expect(await logIn(app, ada.email, 'another password')).toBe(401);
    expect(await logIn(app, ada.email, password)).toBe(403);
  });
});
