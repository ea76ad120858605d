import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createBcryptHasher } from './bcrypt-sha256.ts';

const hasher = createBcryptHasher(4);

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

  // CVE-2025-25298, CVE-2025-22228: bcrypt alone ignores what follows byte 72.
  test.each([70, 71, 72, 73, 200])('tells passwords apart that differ only after byte %d', async (length) => {
    const stored = await hasher.hash('a'.repeat(length) + 'b');
    expect(await hasher.verify('a'.repeat(length) + 'c', stored)).toBe(false);
    expect(await hasher.verify('a'.repeat(length), stored)).toBe(false);
    expect(await hasher.verify('a'.repeat(length) + 'b', stored)).toBe(true);
  });

  test('verifies exactly the password that was hashed, whatever the characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (password, other) => {
        const stored = await hasher.hash(password);
        expect(await hasher.verify(password, stored)).toBe(true);
        expect(await hasher.verify(other, stored)).toBe(other === password);
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

  test('does not hold the main thread while it hashes', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    await createBcryptHasher(12).hash('password');
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
  });
});
