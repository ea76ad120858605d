import { asc, eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import type { Database } from '../../server/db/database.ts';
import { resealAll } from '../../server/features/reseal/service.ts';
import { newId } from '../../server/kernel/id.ts';
import { createSealedBox } from '../../server/kernel/sealed-box.ts';
import type { SealedBox } from '../../server/kernel/sealed-box.ts';
import { newToken, randomness } from '../../server/kernel/token.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import { root, run, withNode } from '../support/process.ts';
import { testApp } from '../support/test-app.ts';
import { openTestDatabase, testDatabase } from '../support/test-database.ts';
import { issued, keysOf, partsOf, verifiedByHand, withTokens } from '../support/tokens.ts';

const [older, newer, lost] = [randomness(32), randomness(32), randomness(32)];
const before = createSealedBox([older]);
const both = createSealedBox([newer, older]);
const after = createSealedBox([newer]);
const [newerId = '', olderId = ''] = both.keyIds;
const sealedFor = (userId: string): string => `totp ${userId}`;

/** People with an app each; the seed is their number. */
async function people(db: Database, count: number, box: SealedBox = before): Promise<string[]> {
  const createdAt = new Date(0);
  const users = Array.from({ length: count }, () => {
    const id = newId();
    return { id, createdAt, email: `${id}@example.com`, passwordHash: '!' };
  });
  await db.orm.insert(db.tables.users).values(users);
  const seeds = users.map(({ id: userId }, index) => ({
    id: newId(),
    createdAt,
    userId,
    seedCiphertext: box.seal(Buffer.of(index), sealedFor(userId)),
    confirmedAt: createdAt,
    lastStep: 7,
    failures: 1,
  }));
  if (count > 0) await db.orm.insert(db.tables.totps).values(seeds);
  return users.map(({ id }) => id);
}

const seedsIn = async ({ orm, tables: { totps } }: Database) => await orm.select().from(totps).orderBy(asc(totps.id));

async function numbersIn(db: Database, box: SealedBox): Promise<(number | undefined)[]> {
  return (await seedsIn(db)).map(({ seedCiphertext, userId }) => box.open(seedCiphertext, sealedFor(userId))[0]);
}

async function changeSeed(
  { orm, tables: { totps } }: Database,
  userId: string,
  seedCiphertext?: Buffer,
): Promise<void> {
  await orm.update(totps).set({ seedCiphertext }).where(eq(totps.userId, userId));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('a server without the key that seeds are under says so when it starts, and one with it says nothing', async () => {
  const [then, now] = [newToken().reveal(), newToken().reveal()];
  await using app = await testApp({ env: { ENCRYPTION_KEYS: then } });
  await withApp(app);
  const { database, clock } = app;
  for (const [keys, isTold] of [
    [`${now},${then}`, false],
    [now, true],
    ['', true],
  ] as const) {
    await using again = await testApp({ database, clock, env: { ENCRYPTION_KEYS: keys } }); // oxlint-disable-line no-await-in-loop
    expect([keys, again.logged().includes('"keys.lost"')]).toEqual([keys, isTold]);
  }
});

describe('seeds that are sealed anew', () => {
  test('11.2.2 are under the first key alone afterwards, and nothing else of them has changed', async () => {
    const db = await openTestDatabase();
    await people(db, 150);
    const rows = async () => (await seedsIn(db)).map(({ seedCiphertext: _sealed, ...rest }) => rest);
    const old = await rows();
    const report = await resealAll({ db, sealedBox: both });
    expect(report).toEqual({
      byKey: new Map([
        [newerId, 0],
        [olderId, 150],
      ]),
      resealed: 150,
      unreadable: [],
    });
    expect(await numbersIn(db, after)).toEqual(numbers(150));
    expect(await rows()).toEqual(old);

    const sealed = await seedsIn(db);
    expect(await resealAll({ db, sealedBox: both })).toMatchObject({ resealed: 0 });
    expect(await seedsIn(db)).toEqual(sealed);
    await db.close();
  });

  test('are only counted by a dry run', async () => {
    const db = await openTestDatabase();
    await people(db, 3);
    await people(db, 2, after);
    const sealed = await seedsIn(db);
    const { byKey, resealed } = await resealAll({ db, sealedBox: both }, { isDry: true });
    expect([...byKey, resealed]).toEqual([[newerId, 2], [olderId, 3], 0]);
    expect(await seedsIn(db)).toEqual(sealed);
    await db.close();
  });

  test('can be read all the time where it breaks off, and the next run does the rest', async () => {
    const db = await openTestDatabase();
    await people(db, 250);
    const breakOff = (): void => {
      throw new Error('Interrupted');
    };
    await expect(resealAll({ db, sealedBox: both }, { onProgress: breakOff })).rejects.toThrow('Interrupted');
    expect((await seedsIn(db)).filter(({ seedCiphertext }) => both.isCurrent(seedCiphertext))).toHaveLength(100);
    expect(await numbersIn(db, both)).toEqual(numbers(250));
    expect(await resealAll({ db, sealedBox: both })).toMatchObject({ resealed: 150, unreadable: [] });
    expect(await numbersIn(db, after)).toEqual(numbers(250));
    await db.close();
  });

  test('are all done but those that nobody can read, which are named', async () => {
    const db = await openTestDatabase();
    await people(db, 2);
    const [gone = ''] = await people(db, 1, createSealedBox([lost]));
    const [swapped = ''] = await people(db, 1, after);
    const [other] = await seedsIn(db);
    await changeSeed(db, swapped, other?.seedCiphertext);
    await people(db, 2);
    const report = await resealAll({ db, sealedBox: both });
    expect(report.resealed).toBe(4);
    expect(report.unreadable).toEqual([
      { owner: gone, why: expect.stringMatching(/^What is sealed is under the key [0-9a-f]{8}, which is not among/) },
      { owner: swapped, why: 'What is sealed was changed, or is of another owner' },
    ]);
    await db.close();
  });

  test('leave an app alone that was set up anew, or removed, meanwhile', async () => {
    const db = await openTestDatabase();
    const [anew = '', , removed = ''] = await people(db, 3);
    const seed = after.seal(Buffer.of(99), sealedFor(anew));
    const meanwhile: Database = {
      ...db,
      async atomically(...list) {
        await changeSeed(db, anew, seed);
        await db.orm.delete(db.tables.users).where(eq(db.tables.users.id, removed));
        return await db.atomically(...list);
      },
    };
    expect(await resealAll({ db: meanwhile, sealedBox: both })).toMatchObject({ resealed: 1, unreadable: [] });
    expect(await numbersIn(db, after)).toEqual([99, 1]);
    await db.close();
  });
});

describe('signing keys that are sealed anew', () => {
  const sealedForKey = (id: string): string => `signing key ${id}`;

  async function addKey({ orm, tables: { signingKeys } }: Database, generation: number, box: SealedBox) {
    const [id, createdAt] = [newId(), new Date(0)];
    const privateKeyCiphertext = box.seal(Buffer.of(generation), sealedForKey(id));
    const row = { id, createdAt, signsAt: createdAt, generation, publicKey: randomness(32), privateKeyCiphertext };
    await orm.insert(signingKeys).values(row);
    return id;
  }

  test('are under the first key beside the seeds, but those that nobody can read, which are named', async () => {
    const db = await openTestDatabase();
    await people(db, 2);
    const ids = [await addKey(db, 1, before), await addKey(db, 2, after), await addKey(db, 3, createSealedBox([lost]))];
    const report = await resealAll({ db, sealedBox: both });
    expect([...report.byKey.values(), report.resealed]).toEqual([1, 3, 1, 3]);
    expect(report.unreadable).toEqual([
      { owner: `signing key ${ids[2]}`, why: expect.stringContaining('which is not among ENCRYPTION_KEYS') },
    ]);
    const rows = await db.orm.select().from(db.tables.signingKeys).orderBy(asc(db.tables.signingKeys.id));
    const opened = rows
      .slice(0, 2)
      .map(({ id, privateKeyCiphertext }) => after.open(privateKeyCiphertext, sealedForKey(id)));
    expect(opened).toEqual([Buffer.of(1), Buffer.of(2)]);
    await db.close();
  });
});

describe('npm run keys:reseal', () => {
  const [first, second] = [newer.toString('base64'), older.toString('base64url')];

  async function reseal(url: string, keys: string, args = '') {
    const line = `exec node --import ./server/preload.mjs cli/latchkey.ts reseal ${args}`;
    await using one = run(line, { cwd: root, env: { ...withNode(), DATABASE_URL: url, ENCRYPTION_KEYS: keys } });
    const { code } = await one.ended;
    const printed = one.printed();
    for (const key of [first, second]) expect(printed).not.toContain(key);
    return { code, printed };
  }

  test('works while a server does, after which the old key is not needed any more', async () => {
    await using database = await testDatabase();
    await using old = await testApp({ database, env: { ...withTokens.env, ENCRYPTION_KEYS: second } });
    const person = await withApp(old);
    const jwt = await issued(old, person);
    const { clock } = old;
    const env = { ...withTokens.env, ENCRYPTION_KEYS: `${first},${second}` };
    await using app = await testApp({ database, env, clock });

    const dry = await reseal(database.url, `${first},${second}`, '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.printed).toContain(`Under the key ${newerId} (the first): 0\nUnder the key ${olderId} (another): 2\n`);
    const done = await reseal(database.url, `${first},${second}`);
    expect(done.code).toBe(0);
    expect(done.printed).toContain(`Sealed anew under the key ${newerId}: 2\nNo other key is needed any more.\n`);

    await using without = await testApp({ database, env: { ...withTokens.env, ENCRYPTION_KEYS: first }, clock });
    for (const one of [app, without]) {
      const proof = await pending(one);
      expect((await prove(one, proof, { method: 'totp', code: person.code() })).status).toBe(200);
      const next = await issued(one, person);
      expect(verifiedByHand(next, await keysOf(one))).toMatchObject({ sub: person.userId });
      expect(partsOf(next).header).toEqual(partsOf(jwt).header);
    }
  });

  test('says whose seed is under a key that is missing, by the id of the user, and ends with 1', async () => {
    await using database = await testDatabase();
    await using app = await testApp({ database, env: { ENCRYPTION_KEYS: second } });
    const { userId } = await withApp(app);
    for (const args of ['', '--dry-run']) {
      const { code, printed } = await reseal(database.url, first, args);
      expect(code).toBe(1);
      expect(printed).toContain(`the key ${olderId} (not among ENCRYPTION_KEYS): 1`);
      expect(printed).toContain(
        `Cannot be read: 1, by the ids of whose they are, or of the signing key\n  ${userId}: What is sealed is under`,
      );
      expect(printed).not.toContain('No other key');
    }
  });

  test.each([
    ['', '', 1, 'ENCRYPTION_KEYS is not set'],
    [first, '--help', 0, 'Usage: npm run latchkey -- reseal'],
    [first, '--now', 2, "Unknown option '--now'"],
  ])('asked for with the keys %j and %j', async (keys, args, code, words) => {
    await using database = await testDatabase();
    const asked = await reseal(database.url, keys, args);
    expect([asked.code, asked.printed.includes(words), asked.printed.includes('    at ')]).toEqual([code, true, false]);
  });

  test('makes no file where there is none', async () => {
    const { code, printed } = await reseal('file:./.tmp/nobody-has-made-this.db', first);
    expect(code).toBe(1);
    expect(printed).toContain('There is no file');
  });
});
