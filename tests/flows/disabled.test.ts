import { describe, expect, test } from 'vitest';

import { stored } from '../support/database.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** As somebody would who may write the database: no session is ended by it. */
async function disable(app: TestApp): Promise<void> {
  const { orm, tables } = await app.db();
  await orm.update(tables.users).set({ disabledAt: app.clock.now() });
}

describe('a disabled account', () => {
  test('is told so after the right password only, and after one hash in any case', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    await disable(app);
    const before = app.hashes();
    const right = await app.post('/api/auth/login', ada);
    expect(right.status).toBe(403);
    expect(await right.json()).toMatchObject({
      reason: 'ACCOUNT_DISABLED',
      message: 'This account is disabled. Ask the operator.',
    });
    expect(right.headers.getSetCookie()).toEqual([]);
    const wrong = await app.post('/api/auth/login', { ...ada, password: 'wrong horse' });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ reason: 'WRONG_CREDENTIALS' });
    expect(app.hashes() - before).toBe(2);
    expect((await stored(app)).sessions).toHaveLength(1);
  });

  test('has no session that is good, not even one that was left', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
    await disable(app);
    const me = await app.get('/api/auth/me', { cookie });
    expect(me.status).toBe(401);
    expect(await me.json()).toMatchObject({ reason: 'SESSION_ENDED' });
  });

  test('is guessed at no more often than any other: its right password counts, too', async () => {
    await using app = await testApp();
    await app.post('/api/auth/register', ada);
    await disable(app);
    const answers: number[] = [];
    for (let time = 0; time < 7; time += 1) answers.push((await app.post('/api/auth/login', ada)).status);
    expect(answers).toEqual([403, 403, 403, 403, 403, 429, 429]);
  });
});
