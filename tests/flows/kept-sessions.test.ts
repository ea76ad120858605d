// A session that was just looked up may be known still: nothing that happens to it meanwhile is missed.
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';

import type { Database } from '../../server/db/database.ts';
import { days } from '../../server/kernel/clock.ts';
import { signIn, statusOfMe } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { testApp } from '../support/test-app.ts';

const elsewhere: [what: string, write: (db: Database, person: SignedIn) => PromiseLike<unknown>][] = [
  [
    'is deleted',
    ({ orm, tables }, { sessionId }) => orm.delete(tables.sessions).where(eq(tables.sessions.id, sessionId)),
  ],
  ['gets another token', ({ orm, tables }) => orm.update(tables.sessions).set({ tokenHash: Buffer.alloc(32) })],
  ['loses its account', ({ orm, tables }, { userId }) => orm.delete(tables.users).where(eq(tables.users.id, userId))],
  ['is of an account that is disabled', ({ orm, tables }) => orm.update(tables.users).set({ disabledAt: new Date(0) })],
];

test.each(elsewhere)(
  '7.4.1 a session that another program %s is refused by the very next request',
  async (_what, write) => {
    await using app = await testApp();
    const person = await signIn(app);
    const db = await app.db();
    for (let time = 0; time < 3; time += 1) expect(await statusOfMe(app, person.headers)).toBe(200);
    await write(db, person);
    expect(await statusOfMe(app, person.headers)).toBe(401);
  },
);

test('what another program writes about an account is in the very next answer', async () => {
  await using app = await testApp();
  const { headers } = await signIn(app);
  const { orm, tables } = await app.db();
  for (const name of ['Ada', 'Grace', null, 'Jean']) {
    await orm.update(tables.users).set({ name });
    for (let time = 0; time < 2; time += 1)
      expect((await (await app.get('/api/auth/me', headers)).json()).user.name).toBe(name);
  }
});

test('7.3.1 a session ends for want of use though nobody writes anything', async () => {
  await using app = await testApp();
  const { headers } = await signIn(app);
  expect(await statusOfMe(app, headers)).toBe(200);
  app.clock.forward(days(365));
  expect(await statusOfMe(app, headers)).toBe(401);
});

test('7.4.1 of a hundred requests that cross a logout none that begins after its answer is let in', async () => {
  await using app = await testApp();
  const { headers } = await signIn(app);
  let isOver = false;
  const asking = Array.from({ length: 20 }, async () => {
    const wrong: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const beganAfter = isOver;
      const status = await statusOfMe(app, headers);
      if (beganAfter && status !== 401) wrong.push(status);
    }
    return wrong;
  });
  const logout = app.post('/api/auth/logout', {}, headers).then((answer) => {
    isOver = true;
    return answer.status;
  });
  expect(await logout).toBe(200);
  expect((await Promise.all(asking)).flat()).toEqual([]);
  expect(await statusOfMe(app, headers)).toBe(401);
});
