import { afterAll, expect, test } from 'vitest';

import { createBcryptPool } from '../../server/hashing/bcrypt-pool.ts';
import { createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { verifyingForeign } from '../../server/hashing/foreign-hasher.ts';
import { foreignHashes, storedForm } from '../support/foreign-hashes.ts';

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
