import { createPrivateKey, createPublicKey } from 'node:crypto';

import { asc } from 'drizzle-orm';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';

import type { Database } from '../../server/db/database.ts';
import { openDatabase } from '../../server/db/open-database.ts';
import { longestLifetimeSeconds, rotateKeys, rotation } from '../../server/features/signing-keys/service.ts';
import { days, hours, seconds } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { createSealedBox } from '../../server/kernel/sealed-box.ts';
import { randomness } from '../../server/kernel/token.ts';
import { outcome, signIn } from '../support/people.ts';
import { dump, variants } from '../support/stored-cells.ts';
import { createTestClock } from '../../server/testing/test-clock.ts';
import { testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import { testDatabase } from '../support/test-database.ts';
import { audience, issue, issued, issuer, keysOf, partsOf, verifiedByHand, withTokens } from '../support/tokens.ts';

const key = randomness(32);
const sealedBox = createSealedBox([key]);
const withKey = { env: { ...withTokens.env, ENCRYPTION_KEYS: key.toString('base64') } };

const rowsIn = async ({ orm, tables: { signingKeys } }: Database) =>
  await orm.select().from(signingKeys).orderBy(asc(signingKeys.generation));
const kidOf = (jwt: string): unknown => partsOf(jwt).header['kid'];
const kidsIn = async (app: TestApp): Promise<string[]> => (await keysOf(app)).keys.map(({ kid }) => kid);

/** The same database and time, by a process that has just begun: its housekeeping has a look at once. */
const restarted = async ({ database, clock }: TestApp): Promise<TestApp> =>
  await testApp({ ...withKey, database, clock });

/** Lets time go on, and what the housekeeping does each minute be done. */
async function later(app: TestApp, milliseconds: number): Promise<void> {
  app.clock.forward(milliseconds);
  await rotateKeys({ db: await app.db(), clock: app.clock, sealedBox });
}

describe('keys follow one another', () => {
  test('also after an instance whose clock was ten years ahead has made one', async () => {
    await using app = await testApp(withKey);
    await issued(app, await signIn(app));
    const [first] = await kidsIn(app);
    const ahead = createTestClock();
    ahead.forward(days(3650));
    await rotateKeys({ db: await app.db(), clock: ahead, sealedBox });
    await later(app, rotation.every);
    app.clock.forward(rotation.ahead);
    const kid = kidOf(await issued(app, await signIn(app)));
    expect(kid).not.toBe(first);
    await later(app, seconds(longestLifetimeSeconds) + rotation.after);
    // The one of the future first, and then the one before it.
    await later(app, 1);
    expect(await kidsIn(app)).toEqual([kid]);
  });

  test('each is in the set a day before it signs, and stays a day after its last token', async () => {
    await using app = await testApp(withKey);
    const first = await issued(app, await signIn(app));
    const [one] = await kidsIn(app);
    expect(await kidsIn(app)).toEqual([kidOf(first)]);

    await later(app, rotation.every - rotation.ahead - 1);
    expect(await kidsIn(app)).toHaveLength(1);
    await later(app, 1);
    const [, two] = await kidsIn(app);
    app.clock.forward(rotation.ahead - 1);
    const last = await issued(app, await signIn(app));
    expect(kidOf(last)).toBe(one);

    app.clock.forward(1);
    const next = await issued(app, await signIn(app));
    expect(kidOf(next)).toBe(two);
    // All that were ever signed verify with the set of now.
    const set = await keysOf(app);
    for (const jwt of [first, last, next]) expect(verifiedByHand(jwt, set)).toEqual(partsOf(jwt).claims);
    const remote = createRemoteJWKSet(new URL(`${app.url}/.well-known/jwks.json`));
    for (const jwt of [last, next]) await jwtVerify(jwt, remote, { issuer, audience, currentDate: app.clock.now() });

    await later(app, seconds(longestLifetimeSeconds) + rotation.after - 1);
    expect(await kidsIn(app)).toEqual([one, two]);
    await later(app, 1);
    expect(await kidsIn(app)).toEqual([two]);
    expect(kidOf(await issued(app, await signIn(app)))).toBe(two);
    expect(verifiedByHand(last, await keysOf(app))).toBeUndefined();
  });

  test('by themselves; where nobody looked in time, the next is in the set for a day all the same', async () => {
    await using app = await testApp(withKey);
    const old = kidOf(await issued(app, await signIn(app)));
    app.clock.forward(days(400));
    // Whoever begins has a look at once.
    await using late = await restarted(app);
    await expect.poll(async () => await kidsIn(late)).toHaveLength(2);
    expect(kidOf(await issued(app, await signIn(app)))).toBe(old);
    app.clock.forward(rotation.ahead);
    expect(kidOf(await issued(app, await signIn(app)))).not.toBe(old);
  });

  test('with the numbers that are written down', () => {
    expect([rotation, longestLifetimeSeconds]).toEqual([{ every: days(90), ahead: days(1), after: days(1) }, 3600]);
    // Less than that would let a verifier with a set of yesterday meet a key that it does not know.
    expect(rotation.ahead).toBeGreaterThan(hours(1));
  });
});

describe('of ten instances that make a key at the same moment', () => {
  test('one alone does: the first one, and each next one', async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await testDatabase());
    const options = { poolSize: 1, log: { warn: () => {} } };
    const open = async (): Promise<Database> =>
      stack.adopt(await openDatabase(database.url, options), async (db) => await db.close());
    const clock = createTestClock();
    const all = await Promise.all(Array.from({ length: 10 }, async () => ({ db: await open(), clock, sealedBox })));
    const [one] = all;
    for (const generations of [[1], [1, 2], [2, 3]]) {
      await Promise.all(all.map(async (instance) => await rotateKeys(instance)));
      const rows = one ? await rowsIn(one.db) : [];
      expect(rows.map(({ generation }) => generation)).toEqual(generations);
      clock.forward(rotation.every);
    }
  });

  test('all give tokens at once that verify by the same set', async () => {
    await using app = await testApp(withKey);
    const others = await Promise.all(Array.from({ length: 3 }, async () => await restarted(app)));
    const person = await signIn(app);
    const { orm, tables } = await app.db();
    await orm.delete(tables.signingKeys);
    const tokens = await Promise.all([...others, app, ...others].map(async (one) => await issued(one, person)));
    const set = await keysOf(app);
    expect(set.keys).toHaveLength(1);
    for (const jwt of tokens) expect(verifiedByHand(jwt, set)).toEqual(partsOf(jwt).claims);
    for (const one of others) await one[Symbol.asyncDispose]();
  });
});

describe('a private key', () => {
  test('is in the database under a key of the configuration only, and in no answer and no log', async () => {
    await using app = await testApp(withKey);
    const jwt = await issued(app, await signIn(app));
    const [row] = await rowsIn(await app.db());
    if (!row) throw new Error('There is no key');
    const seed = sealedBox.open(row.privateKeyCiphertext, `signing key ${row.id}`);
    // It is the one that belongs to the public one.
    const pair = { kty: 'OKP', crv: 'Ed25519', x: row.publicKey.toString('base64url'), d: seed.toString('base64url') };
    const publicKey = createPublicKey(createPrivateKey({ format: 'jwk', key: pair }));
    expect(publicKey.export({ format: 'jwk' })).toMatchObject({ x: (await keysOf(app)).keys[0]?.x });
    const shown = [await dump(app), JSON.stringify(await keysOf(app)), jwt, app.logged()].join('\n').toLowerCase();
    for (const spelling of variants(seed.toString('base64url'), Buffer.from(seed)))
      expect(shown).not.toContain(spelling);
  });

  test('signs nothing where it was changed, or is of another row, or under a key that is gone', async () => {
    await using app = await testApp(withKey);
    const person = await signIn(app);
    await issued(app, person);
    const { orm, tables } = await app.db();
    const [row] = await rowsIn(await app.db());
    if (!row) throw new Error('There is no key');
    const changed = Buffer.from(row.privateKeyCiphertext);
    changed[20] = (changed[20] ?? 0) ^ 1;
    const seed = sealedBox.open(row.privateKeyCiphertext, `signing key ${row.id}`);
    const others = [
      changed,
      sealedBox.seal(seed, `signing key ${newId()}`),
      createSealedBox([randomness(32)]).seal(seed, `signing key ${row.id}`),
    ];
    for (const privateKeyCiphertext of others) {
      await orm.update(tables.signingKeys).set({ privateKeyCiphertext });
      expect(await outcome(await issue(app, person))).toBe('UNEXPECTED');
    }
    // What operators do after a leak: the next token is by a new key, at once.
    await orm.delete(tables.signingKeys);
    expect(partsOf(await issued(app, person)).header['kid']).not.toBe(row.id);
    expect((await keysOf(app)).keys.map(({ kid }) => kid)).not.toContain(row.id);
  });
});
