import { describe, expect, test } from 'vitest';

import { firebaseExample } from '../../../tests/support/foreign-hashes.ts';
import { openTestDatabase } from '../../../tests/support/test-database.ts';
import type { Database } from '../../db/database.ts';
import { days, systemClock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { randomness } from '../../kernel/token.ts';
import { importLines } from './service.ts';
import type { ImportLinesReport, Line } from './service.ts';

type Options = Parameters<typeof importLines>[2];

async function* linesOf(rows: unknown[]): AsyncGenerator<Line> {
  for (const [index, row] of rows.entries())
    yield { number: index + 1, text: typeof row === 'string' ? row : JSON.stringify(row) };
}

const into = async (db: Database, rows: unknown[], options?: Options): Promise<ImportLinesReport> =>
  await importLines({ db, clock: systemClock }, linesOf(rows), options);

const usersIn = async ({ orm, tables: { users } }: Database) => await orm.select().from(users).orderBy(users.email);

const addressesIn = async (db: Database): Promise<string[]> => (await usersIn(db)).map(({ email }) => email);

const addUser = async ({ orm, tables: { users } }: Database, email: string): Promise<string> => {
  const id = newId();
  await orm.insert(users).values({ id, createdAt: new Date(), email, passwordHash: 'none' });
  return id;
};

const told = ({ leftOut }: ImportLinesReport): string[] => leftOut.map(({ line, reason }) => `${line}: ${reason}`);

const plain = `$2b$10$${'a'.repeat(21)}e${'b'.repeat(31)}`;
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index, email: `user${index}@example.com`, passwordHash: plain }));

describe('accounts of a file', () => {
  test('are as their lines say, their addresses in our form', async () => {
    const db = await openTestDatabase();
    const before = systemClock.now();
    const report = await into(db, [
      {
        id: 'a1',
        email: 'Ada@Example.com',
        name: 'Ada 🗝',
        emailVerified: true,
        createdAt: '2020-02-03T04:05:06+01:00',
        locale: 'de',
        disabled: true,
        passwordHash: plain,
      },
      { email: 'BOB@example.com', name: null, passwordHash: null },
      { id: 7, email: 'cat@example.com' },
    ]);
    expect(report).toEqual({ imported: 3, alreadyThere: 0, leftOut: [], unconfirmed: [] });
    const [ada, bob, cat] = await usersIn(db);
    expect(ada).toMatchObject({
      email: 'ada@example.com',
      importedId: 'a1',
      name: 'Ada 🗝',
      locale: 'de',
      passwordHash: plain,
      createdAt: new Date('2020-02-03T03:05:06Z'),
      adminSince: null,
    });
    for (const since of [ada?.emailVerifiedAt, ada?.disabledAt, bob?.createdAt])
      expect(since?.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(bob).toMatchObject({
      importedId: 'bob@example.com',
      passwordHash: 'none',
      name: null,
      emailVerifiedAt: null,
      disabledAt: null,
    });
    expect(cat?.importedId).toBe('7');
    await db.close();
  });

  test.each<[unknown, string]>([
    ['{', 'Is no JSON object.'],
    ['[]', 'Is no JSON object.'],
    [{}, 'email: Is missing.'],
    [{ email: 'nobody' }, 'email: Must be one e-mail address.'],
    [{ email: 'a@example.com', name: ' ' }, 'name: Must not be empty.'],
    [{ email: 'a@example.com', admin: true }, 'admin: Is not known here.'],
    [{ email: 'a@example.com', role: 1, admin: 2 }, 'role: Is not known here. admin: Is not known here.'],
    [
      { email: 'a@example.com', passwordHash: { kind: 'firebase', hash: 'AAAA', salt: 'AAAA', pepper: 'AAAA' } },
      'passwordHash.pepper: Is not known here.',
    ],
    [{ email: 'a@example.com', emailVerified: 'yes' }, 'emailVerified: Must be true or false.'],
    [
      { email: 'a@example.com', createdAt: 'May' },
      'createdAt: Must be a time in ISO 8601, such as 2024-05-31T12:00:00Z.',
    ],
    [{ email: 'a@example.com', createdAt: '0000-01-01T00:00:00Z' }, 'createdAt: Must not be before 1970.'],
    [{ email: 'a@example.com', locale: 'fr' }, 'locale: Must be one of en, de.'],
    [{ email: 'a@example.com', id: '' }, 'id: Must not be empty.'],
    [{ email: 'a@example.com', id: 'a\0' }, 'id: Has a character that is not allowed.'],
    [
      { email: 'a@example.com', passwordHash: 7 },
      'passwordHash: Must be text, or an object whose kind is firebase or keycloak.',
    ],
    [
      { email: 'a@example.com', passwordHash: { kind: 'ldap' } },
      'passwordHash.kind: Must be text, or an object whose kind is firebase or keycloak.',
    ],
    [{ email: 'a@example.com', passwordHash: { kind: 'firebase', hash: 'AAAA' } }, 'passwordHash.salt: Is missing.'],
    [
      { email: 'a@example.com', passwordHash: { kind: 'firebase', hash: '#', salt: 'AAAA' } },
      'passwordHash.hash: Must be base64.',
    ],
    [
      { email: 'a@example.com', passwordHash: { kind: 'firebase', hash: 'AAAA', salt: 'AAAA' } },
      'passwordHash: Needs the parameters of its project: signerKey, saltSeparator, rounds and memCost.',
    ],
    [
      { email: 'a@example.com', passwordHash: { kind: 'keycloak', secretData: '{', credentialData: {} } },
      'passwordHash.secretData: Must be an object of fields.',
    ],
    [{ email: 'a@example.com', passwordHash: 'md5$1$2' }, 'passwordHash: Is of no kind that is known.'],
    [
      { email: 'a@example.com', passwordHash: '$argon2id$v=19$m=4194304,t=1,p=1$AAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA' },
      'passwordHash: Takes 4096 MiB of memory to verify, and 256 are the most.',
    ],
  ])('%j are left out, with a reason', async (row, reason) => {
    const db = await openTestDatabase();
    const { imported, ...report } = await into(db, [{ email: 'first@example.com' }, row]);
    expect(told({ imported, ...report }).join('\n')).toContain(`2: ${reason}`);
    expect(await addressesIn(db)).toEqual(['first@example.com']);
    await db.close();
  });

  test('are not confirmed where our form of their address is another text, and the report says so', async () => {
    const db = await openTestDatabase();
    const rows = [
      { email: 'mar\u212a@example.com', emailVerified: true },
      { email: 'Ada@BÜCHER.example', emailVerified: true },
      { email: 'sar\u212a@example.com' },
    ];
    const reason = 'emailVerified: Is not taken over, because our form of the address is another text.';
    const report = { imported: 3, alreadyThere: 0, leftOut: [], unconfirmed: [{ line: 1, reason }] };
    expect(await into(db, rows, { isDry: true })).toEqual(report);
    expect(await into(db, rows)).toEqual(report);
    const confirmed = (await usersIn(db)).filter(({ emailVerifiedAt }) => emailVerifiedAt);
    expect(confirmed.map(({ email }) => email)).toEqual(['ada@xn--bcher-kva.example']);
    await db.close();
  });

  test('of Firebase take the parameters that are given for all of them', async () => {
    const db = await openTestDatabase();
    const { passwordHash, project } = firebaseExample();
    await into(db, [{ email: 'one@example.com', passwordHash: { ...passwordHash, ...project } }]);
    await into(db, [{ email: 'two@example.com', passwordHash }], { firebase: project });
    const [one, two] = await usersIn(db);
    expect(one?.passwordHash).toMatch(/^\$firebase-scrypt\$/);
    expect(two?.passwordHash).toBe(one?.passwordHash);
    await db.close();
  });

  test('are one each: of doubles the first is taken, and none where the first is at fault and can be read', async () => {
    const db = await openTestDatabase();
    const report = await into(db, [
      { id: 1, email: 'ada@example.com' },
      { id: 2, email: 'ADA@example.com', passwordHash: plain },
      { id: 3, email: 'victim@example.com', locale: 'fr' },
      { id: 4, email: 'victim@example.com', passwordHash: plain },
      { id: 1, email: 'bob@example.com' },
      '{"email":"unreadable@example.com"',
      { id: 5, email: 'unreadable@example.com' },
    ]);
    expect(told(report)).toEqual([
      '2: email: Is also that of line 1, which comes first.',
      '3: locale: Must be one of en, de.',
      '4: email: Is also that of line 3, which comes first.',
      '5: id: Is also that of line 1, which comes first.',
      '6: Is no JSON object.',
    ]);
    expect(await addressesIn(db)).toEqual(['ada@example.com', 'unreadable@example.com']);
    await db.close();
  });

  test('do not take what somebody has: an address, one that is kept for its last owner, or an old id', async () => {
    const db = await openTestDatabase();
    const userId = await addUser(db, 'here@example.com');
    const kept = { userId, purpose: 'emailUndo', tokenHash: randomness(32), createdAt: new Date() };
    const inAWeek = new Date(Date.now() + days(7));
    const { orm, tables } = db;
    await orm.insert(tables.oneTimeTokens).values([
      { ...kept, id: newId(), email: 'kept@example.com', expiresAt: inAWeek },
      { ...kept, id: newId(), tokenHash: randomness(32), email: 'over@example.com', expiresAt: new Date(0) },
    ]);
    await into(db, [{ id: 'x', email: 'moved@example.com' }]);
    const report = await into(db, [
      { id: 1, email: 'here@example.com', passwordHash: plain },
      { id: 2, email: 'kept@example.com' },
      { id: 3, email: 'over@example.com' },
      { id: 'x', email: 'other@example.com' },
    ]);
    expect(told(report)).toEqual([
      '1: email: Has an account already.',
      '2: email: Has an account already.',
      '4: id: Is that of an account which has another address by now.',
    ]);
    expect(await addressesIn(db)).toEqual(['here@example.com', 'moved@example.com', 'over@example.com']);
    await db.close();
  });

  test('tell where what they confirm has an account that nobody has confirmed', async () => {
    const db = await openTestDatabase();
    for (const name of ['squatter', 'other', 'mark']) await addUser(db, `${name}@example.com`);
    await into(db, [{ id: 'x', email: 'confirmed@example.com', emailVerified: true }]);
    const report = await into(db, [
      { id: 1, email: 'squatter@example.com', emailVerified: true },
      { id: 2, email: 'other@example.com' },
      { id: 3, email: 'mar\u212a@example.com', emailVerified: true },
      { id: 4, email: 'confirmed@example.com', emailVerified: true },
    ]);
    expect(told(report)).toEqual([
      "1: email: Has an account already that nobody has confirmed, which may be somebody else's.",
      '2: email: Has an account already.',
      '3: email: Has an account already.',
      '4: email: Has an account already.',
    ]);
    await db.close();
  });

  test('are only checked by a dry run, which says the same', async () => {
    const db = await openTestDatabase();
    const rows = [...people(3), { email: 'user1@example.com' }, { email: 'nobody' }];
    const dry = await into(db, rows, { isDry: true });
    expect(await addressesIn(db)).toEqual([]);
    expect(dry).toEqual(await into(db, rows));
    expect(dry.imported).toBe(3);
    await db.close();
  });
});

describe('an import', () => {
  test('that breaks off goes on where it was, and doubles nothing', async () => {
    const db = await openTestDatabase();
    const breakOff = (): void => {
      throw new Error('Interrupted');
    };
    const rows = [...people(1200), { email: 'without-id@example.com' }];
    await expect(into(db, rows, { onProgress: breakOff })).rejects.toThrow('Interrupted');
    expect(await addressesIn(db)).toHaveLength(500);
    const progress: number[] = [];
    const second = await into(db, rows, { onProgress: (done) => progress.push(done) });
    expect(second).toEqual({ imported: 701, alreadyThere: 500, leftOut: [], unconfirmed: [] });
    expect(progress).toEqual([500, 1000, 1201]);
    expect(await into(db, rows)).toEqual({ imported: 0, alreadyThere: 1201, leftOut: [], unconfirmed: [] });
    expect(await addressesIn(db)).toHaveLength(1201);
    await db.close();
  });

  test('leaves an account alone that was made between its look and its list, and one that has lost such an address', async () => {
    const db = await openTestDatabase();
    let isFirst = true;
    const meanwhile: Database = {
      ...db,
      async atomically(...list) {
        if (isFirst) {
          const userId = await addUser(db, 'user1@example.com');
          const token = { id: newId(), userId, purpose: 'emailUndo', tokenHash: randomness(32), createdAt: new Date() };
          const row = { ...token, email: 'user2@example.com', expiresAt: new Date(Date.now() + days(1)) };
          await db.orm.insert(db.tables.oneTimeTokens).values(row);
        }
        isFirst = false;
        return await db.atomically(...list);
      },
    };
    const report = await into(meanwhile, people(4));
    expect(report.imported).toBe(2);
    expect(told(report)).toEqual(['2: email: Has an account already.', '3: email: Has an account already.']);
    expect(await addressesIn(db)).toEqual(['user0@example.com', 'user1@example.com', 'user3@example.com']);
    await db.close();
  });

  test('may run twice at once: each account is there once, and no line is a fault', async () => {
    const db = await openTestDatabase();
    const reports = await Promise.all([into(db, people(1100)), into(db, people(1100))]);
    expect(reports.flatMap(({ leftOut }) => leftOut)).toEqual([]);
    expect(reports.reduce((sum, { imported }) => sum + imported, 0)).toBe(1100);
    expect(await addressesIn(db)).toHaveLength(1100);
    await db.close();
  });
});
