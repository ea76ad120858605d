import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createBcryptPool } from './bcrypt-pool.ts';
import { bcryptOnNodesPool, createBcryptHasher } from './bcrypt-sha256.ts';

const hasher = createBcryptHasher(4, bcryptOnNodesPool);

describe('the bcrypt-sha256 scheme', () => {
  test('agrees with the vector that passlib publishes', async () => {
    const stored = '$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2';
    expect(await hasher.verify('password', stored)).toBe(true);
    expect(await hasher.verify('Password', stored)).toBe(false);
  });

  test('stores the scheme, the cost and a salt of its own with each hash', async () => {
    const [first, second] = await Promise.all([hasher.hash('secret'), hasher.hash('secret')]);
    expect(first).toMatch(/^\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}$/);
    expect(first).not.toBe(second);
  });

  // bcrypt alone ignores what follows byte 72 (also CVE-2025-22228).
  test.each([70, 71, 72, 73, 200])('CVE-2025-25298 what differs after byte %d is told apart', async (length) => {
    const stored = await hasher.hash('a'.repeat(length) + 'b');
    expect(await hasher.verify('a'.repeat(length) + 'c', stored)).toBe(false);
    expect(await hasher.verify('a'.repeat(length), stored)).toBe(false);
    expect(await hasher.verify('a'.repeat(length) + 'b', stored)).toBe(true);
  });

  test('verifies exactly the password that was hashed, whatever the characters, in any spelling of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (password, other) => {
        const stored = await hasher.hash(password);
        expect(await hasher.verify(password, stored)).toBe(true);
        expect(await hasher.verify(other, stored)).toBe(other.normalize('NFC') === password.normalize('NFC'));
      }),
      { numRuns: 50 },
    );
  });

  test.each(['', 'plain text', '$2b$10$tooshort', '$bcrypt-sha256$v=2,t=2b,r=99$x$y'])(
    'says no to a stored hash that it cannot read: %j',
    async (stored) => {
      expect(await hasher.verify('password', stored)).toBe(false);
    },
  );

  test('does not hold the main thread while it hashes, and refuses at once what it could not do soon', async () => {
    const pool = createBcryptPool({ threads: 1 });
    const busy = createBcryptHasher(10, pool.bcrypt);
    await busy.hash('password');
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const hashed = Promise.allSettled(Array.from({ length: 60 }, async () => await busy.hash('password', 'one lane')));
    const started = performance.now();
    await expect(busy.hash('password', 'one lane')).rejects.toMatchObject({ refusal: { reason: 'BUSY' } });
    // Loosely bounded; measured it is under 10 ms.
    expect(performance.now() - started).toBeLessThan(500);
    await busy.hash('password', 'another lane');
    expect(turns).toBeGreaterThan(20);
    clearInterval(counting);
    await pool.close();
    await hashed;
  });
});

describe('a hash from elsewhere', () => {
  // The vector that OpenBSD's bcrypt and jBCrypt share: https://www.mindrot.org/projects/jBCrypt/
  const salt = 'If6bvum7DFjUnE9p2uDeDu';
  const digest = '0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i';

  test.each(['2a', '2b', '2y'])('of plain bcrypt ($%s$) verifies, and is outdated', async (letters) => {
    const stored = `$${letters}$06$${salt}${digest}`;
    expect(await hasher.verify('abc', stored)).toBe(true);
    expect(await hasher.verify('abd', stored)).toBe(false);
    expect(hasher.isOutdated(stored)).toBe(true);
  });

  test('of a lower cost takes as long as one of the cost of today, in one turn', async () => {
    const turns: number[] = [];
    const costOf = (salt: string): number => 2 ** Number(salt.slice(4, 6));
    const counting = createBcryptHasher(7, async (task) => {
      turns.push([task.salt, ...task.padding].reduce((sum, one) => sum + costOf(one), 0));
      return await bcryptOnNodesPool(task);
    });
    const stored = await createBcryptHasher(4, bcryptOnNodesPool).hash('password');
    expect(await counting.verify('wrong', stored)).toBe(false);
    expect(await counting.verify('password', stored)).toBe(true);
    await counting.verifyNobody('wrong');
    // Of an account that has no password yet.
    expect(await counting.verify('wrong', 'none')).toBe(false);
    expect(turns).toEqual(Array(4).fill(2 ** 7));
  });

  test.each(['00', '03', '32', '99'])('of the impossible cost %s is no hash', async (cost) => {
    expect(await hasher.verify('abc', `$2b$${cost}$${salt}${digest}`)).toBe(false);
  });

  test('of a lower cost is outdated, one of the same or a higher cost is not', async () => {
    const stored = await createBcryptHasher(5, bcryptOnNodesPool).hash('password');
    expect(createBcryptHasher(6, bcryptOnNodesPool).isOutdated(stored)).toBe(true);
    expect(createBcryptHasher(5, bcryptOnNodesPool).isOutdated(stored)).toBe(false);
    expect(hasher.isOutdated(stored)).toBe(false);
  });
});
