// Between the look at a factor and the list that stores what it is shown for, others may have been there. What
// a request would have to be lucky for is done here in just that order.
import { describe, expect, test } from 'vitest';

import type { Queryable, Statement } from '../../server/db/database.ts';
import { deleteCeremony } from '../../server/features/ceremonies/queries.ts';
import { deleteCode } from '../../server/features/recovery-codes/queries.ts';
import { insertSession } from '../../server/features/sessions/queries.ts';
import { useStep } from '../../server/features/totp/queries.ts';
import { exactlyOne, NotExactlyOne } from '../../server/kernel/exactly-one.ts';
import { newId } from '../../server/kernel/id.ts';
import { hashToken, newToken } from '../../server/kernel/token.ts';
import { counts } from '../support/database.ts';
import { pending, withApp } from '../support/factors.ts';
import { withPasskey } from '../support/passkeys.ts';
import { signIn } from '../support/people.ts';
import { testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** `done`, or `undone` where it had to hit a row and hit none. */
async function storing(app: TestApp, statement: (tx: Queryable) => Statement): Promise<string> {
  const db = await app.db();
  return await db
    .atomically((tx) => [exactlyOne(statement(tx))])
    .then(
      () => 'done',
      (error: unknown) => {
        if (error instanceof NotExactlyOne) return 'undone';
        throw error;
      },
    );
}

describe('of two who have both looked, and found the same to be right,', () => {
  test('one alone uses a code of an app, and nobody one of a step before it', async () => {
    await using app = await testApp();
    await withApp(app);
    const { orm, tables } = await app.db();
    const [found] = await orm.select().from(tables.totps);
    const { id = '', lastStep = 0 } = found ?? {};
    const use = async (step: number) => await storing(app, (tx) => useStep(tx, { id, step }));
    expect([
      await use(lastStep + 2),
      await use(lastStep + 2),
      await use(lastStep + 1),
      await use(lastStep + 3),
    ]).toEqual(['done', 'undone', 'undone', 'done']);
  });

  test('one alone uses a recovery code', async () => {
    await using app = await testApp();
    const { userId } = await withApp(app);
    const { orm, tables } = await app.db();
    const [found] = await orm.select().from(tables.recoveryCodes);
    if (!found) throw new Error('There is no code');
    const use = async () => await storing(app, (tx) => deleteCode(tx, { userId, codeHash: found.codeHash }));
    expect([await use(), await use()]).toEqual(['done', 'undone']);
  });

  test('one alone ends what was begun', async () => {
    await using app = await testApp();
    await withApp(app);
    await pending(app);
    const { orm, tables } = await app.db();
    const [found] = await orm.select().from(tables.ceremonies);
    const end = async () => await storing(app, (tx) => deleteCeremony(tx, found?.id ?? '', app.clock.now()));
    expect([await end(), await end()]).toEqual(['done', 'undone']);
  });
});

describe('a session in which only a password was shown', () => {
  const begin = async (app: TestApp, userId: string, isTwoFactor: boolean): Promise<string> => {
    const createdAt = app.clock.now();
    const session = {
      id: newId(),
      createdAt,
      userId,
      tokenHash: hashToken(newToken()),
      factors: 'password',
      factorVerifiedAt: null,
      expiresAt: new Date(createdAt.getTime() + 1000),
      browser: null,
      system: null,
      address: '203.0.113.9',
    };
    return await storing(app, (tx) => insertSession(tx, session, { isTwoFactor, isAddressNeeded: false }));
  };

  test.each([
    ['an app', withApp],
    ['a passkey', withPasskey],
  ])(
    'does not begin where the account has got %s meanwhile, however nobody asked for it',
    async (_what, withFactor) => {
      await using app = await testApp();
      const { userId } = await signIn(app);
      expect(await begin(app, userId, false)).toBe('done');
      await withFactor(app);
      const before = await counts(app);
      expect(await begin(app, userId, false)).toBe('undone');
      expect(await counts(app)).toEqual(before);
      expect(await begin(app, userId, true)).toBe('done');
    },
  );

  test('begins where an app was offered to the account, and no code of it shown', async () => {
    await using app = await testApp();
    const { userId, headers } = await signIn(app);
    await app.post('/api/auth/totp/enrol', {}, headers);
    expect(await begin(app, userId, false)).toBe('done');
  });
});
