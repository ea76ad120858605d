import { expect, test } from 'vitest';

import { openSqlite } from '../../db/open-sqlite.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../hashing/bcrypt-sha256.ts';
import { systemClock } from '../../kernel/clock.ts';
import { importAccounts } from './service.ts';

const hasher = createBcryptHasher(4, bcryptOnNodesPool);

async function imported(accounts: [email: unknown, password: unknown][]) {
  const db = await openSqlite('file::memory:');
  const progress: number[] = [];
  const old = accounts.map(([email, password], index) => ({ id: String(index + 1), email, password }));
  const report = await importAccounts({ db, clock: systemClock, hasher }, old, (done) => progress.push(done));
  const users = await db.orm.select().from(db.tables.users);
  return { report, users, progress };
}

test('each account keeps its address, its password and a way to find its old id', async () => {
  const { report, users } = await imported([
    ['Ada@Example.com', 'correct horse battery'],
    ['eve@example.com', 'abc'],
  ]);
  expect(report).toEqual({ imported: 2, leftOut: [] });
  expect(users).toMatchObject([
    { email: 'ada@example.com', importedId: '1' },
    { email: 'eve@example.com', importedId: '2' },
  ]);
  expect(await hasher.verify('correct horse battery', users[0]?.passwordHash ?? '')).toBe(true);
  expect(await hasher.verify('abc', users[1]?.passwordHash ?? '')).toBe(true);
});

test('what cannot be brought over is left out, each with its reason', async () => {
  const { report, users } = await imported([
    ['ada@example.com', 'first'],
    ['ADA@example.com', 'second'],
    ['nobody', 'password'],
    [null, 'password'],
    [42, 'password'],
    ['bob@example.com', null],
    ['bob@example.com', ''],
    ['bob@example.com', 'a'.repeat(257)],
    ['bob@example.com', 'the one that works'],
  ]);
  expect(users.map(({ importedId }) => importedId)).toEqual(['1', '9']);
  expect(report.imported).toBe(2);
  expect(report.leftOut.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
    '2: its e-mail address is also that of id 1, which was kept',
    '3: its e-mail address is malformed',
    '4: its e-mail address is malformed',
    '5: its e-mail address is malformed',
    '6: its password is missing or longer than a login accepts',
    '7: its password is missing or longer than a login accepts',
    '8: its password is missing or longer than a login accepts',
  ]);
});

test('progress is told until all are done', async () => {
  const { progress } = await imported(
    Array.from({ length: 10 }, (_, index) => [`user${index}@example.com`, 'password']),
  );
  expect(progress).toEqual([4, 8, 10]);
});
