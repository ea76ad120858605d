import bcrypt from 'bcrypt';
import { afterAll, expect, test } from 'vitest';

import { createBcryptPool } from '../../server/hashing/bcrypt-pool.ts';
import { createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { verifyingForeign } from '../../server/hashing/foreign-hasher.ts';
import { toBase64 } from '../../server/hashing/foreign-hash.ts';
import { foreignHashes, storedForm } from '../support/foreign-hashes.ts';
import { isWhole } from '../support/many.ts';

const pool = createBcryptPool({ cost: 4 });
const hasher = verifyingForeign(createBcryptHasher(4, pool.bcrypt), pool.foreign);
afterAll(async () => await pool.close());

test('every hash that another system has made verifies its password and no other, with the parameters that are usual there', async () => {
  expect(foreignHashes.filter(({ isCostly }) => isCostly).length).toBeGreaterThan(10);
  for (const { made, password, passwordHash } of foreignHashes) {
    const stored = storedForm(passwordHash);
    expect(await hasher.verify(password, stored), `${made}: ${password}`).toBe(true);
    expect(await hasher.verify(`x${password.slice(1)}`, stored), `${made}: another`).toBe(false);
  }
});

const salt = toBase64(Buffer.alloc(16, 7));
const digest = toBase64(Buffer.alloc(32, 7));

/** Of each kind one; `npm run test:whole` has the others, too. */
const dearest = ['$argon2id$v=19$m=16384,t=64,p=64', '$scrypt$ln=18,r=8,p=1', '$pbkdf2-sha512$i=4000000'];
const others = [
  '$argon2id$v=19$m=262144,t=4,p=1',
  '$argon2id$v=19$m=262144,t=4,p=64',
  '$argon2id$v=19$m=512,t=64,p=64',
  '$argon2id$v=19$m=256,t=128,p=32',
  '$argon2id$v=19$m=32,t=1024,p=4',
  '$argon2id$v=19$m=512,t=2048,p=2',
  '$argon2id$v=19$m=16,t=2048,p=2',
  '$argon2id$v=19$m=8,t=131072,p=1',
  '$scrypt$ln=15,r=1,p=64',
  '$scrypt$ln=15,r=64,p=1',
  '$scrypt$ln=9,r=64,p=64',
  '$scrypt$ln=9,r=1,p=4096',
  '$firebase-scrypt$ln=18,r=8,p=1',
  '$pbkdf2-sha256$i=4000000',
];

test.each(isWhole ? [...dearest, ...others] : dearest)(
  'the most that is let in takes no longer than 75 hashes of our own: %s',
  async (form) => {
    const stored = storedForm(`${form}$${salt}$${digest}`);
    const own = (await seconds(async () => await bcrypt.hash('password', 12))) / 4;
    const foreign = await seconds(async () => expect(await hasher.verify('password', stored)).toBe(false));
    console.log(`${form}: ${foreign.toFixed(1)} s, as long as ${(foreign / own).toFixed(0)} at cost 10`);
    // Four seconds where one takes 53 ms, and three times what the dearest takes on a core.
    expect(foreign / own).toBeLessThan(75);
  },
);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
