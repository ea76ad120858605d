import { expect, test } from 'vitest';

import { openTestDatabase } from '../../../tests/support/test-database.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../hashing/bcrypt-sha256.ts';
import { systemClock } from '../../kernel/clock.ts';
import { importAccounts } from './service.ts';
import type { ImportReport } from './service.ts';

const hasher = createBcryptHasher(4, bcryptOnNodesPool);

type Row = [email: unknown, password: unknown, id?: string | null];

async function imported(accounts: Row[]) {
  const db = await openTestDatabase();
  const progress: number[] = [];
  const old = accounts.map(([email, password, id], index) => ({
    id: id === undefined ? String(index + 1) : id,
    email,
    password,
  }));
  const report = await importAccounts({ db, clock: systemClock, hasher }, old, (done) => progress.push(done));
  const users = await db.orm.select().from(db.tables.users);
  return { report, users, progress };
}

const told = ({ leftOut }: ImportReport): string[] => leftOut.map(({ account, reason }) => `${account}: ${reason}`);

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
    ['cat@example.com', ''],
    ['dan@example.com', 'a'.repeat(257)],
    ['eve@example.com', 'the one that works'],
  ]);
  expect(users.map(({ importedId }) => importedId)).toEqual(['1', '9']);
  expect(report.imported).toBe(2);
  expect(told(report)).toEqual([
    'id 2: its e-mail address is also that of id 1, which comes first',
    'id 3: its e-mail address is malformed',
    'id 4: its e-mail address is malformed',
    'id 5: its e-mail address is malformed',
    'id 6: its password is missing or longer than a login accepts',
    'id 7: its password is missing or longer than a login accepts',
    'id 8: its password is missing or longer than a login accepts',
  ]);
});

test('a later double does not get the address of an account that cannot be brought over', async () => {
  const { report, users } = await imported([
    ['victim@example.com', ''],
    ['Victim@example.com', 'chosen by an attacker'],
    ['owner@example.com', 'password', null],
    ['owner@example.com', 'chosen by an attacker'],
  ]);
  expect(users).toEqual([]);
  expect(told(report)).toEqual([
    'id 1: its password is missing or longer than a login accepts',
    'id 2: its e-mail address is also that of id 1, which comes first',
    'an account without an id: it could not be found again without an id',
    'id 4: its e-mail address is also that of an account without an id, which comes first',
  ]);
});

test('no two accounts get the same old id', async () => {
  const { report, users } = await imported([
    ['ada@example.com', 'password', '7'],
    ['bob@example.com', 'password', '7'],
    ['cat@example.com', 'password', null],
    ['dan@example.com', 'password', null],
  ]);
  expect(users).toMatchObject([{ email: 'ada@example.com', importedId: '7' }]);
  expect(told(report)).toEqual([
    'id 7: its id is also that of an account before it',
    'an account without an id: it could not be found again without an id',
    'an account without an id: it could not be found again without an id',
  ]);
});

test('progress is told until all are done', async () => {
  const { progress } = await imported(
    Array.from({ length: 10 }, (_, index) => [`user${index}@example.com`, 'password']),
  );
  expect(progress).toEqual([4, 8, 10]);
});

test('progress is told also when there is nothing to hash', async () => {
  expect((await imported([])).progress).toEqual([0]);
  const { progress } = await imported([
    ['nobody', 'password'],
    ['ada@example.com', ''],
  ]);
  expect(progress).toEqual([2]);
});
