import { afterAll, describe, expect, test } from 'vitest';

import { foreignHashes, storedForm } from '../../tests/support/foreign-hashes.ts';
import { createBcryptPool } from './bcrypt-pool.ts';
import { bcryptOnNodesPool, createBcryptHasher } from './bcrypt-sha256.ts';
import { foreignDigest } from './foreign-digest.mjs';
import { storedFormOf } from './foreign-forms.ts';
import { readForeignHash, toBase64 } from './foreign-hash.ts';
import { foreignOnThisThread, verifyingForeign } from './foreign-hasher.ts';

const pool = createBcryptPool({ cost: 4 });
const hasher = verifyingForeign(createBcryptHasher(4, pool.bcrypt), pool.foreign);
afterAll(async () => await pool.close());

// All of them, the costly ones too, are tried in tests/all/foreign-hash-times.test.ts.
const quickOnes = foreignHashes.filter(({ isCostly }) => !isCostly);

describe('a hash of another system', () => {
  test.each([...new Set(quickOnes.map(({ made }) => made))])('verifies, as %s has made it', async (made) => {
    for (const { password, passwordHash } of quickOnes.filter((one) => one.made === made)) {
      const stored = storedForm(passwordHash);
      expect(await hasher.verify(password, stored), `with ${password}`).toBe(true);
      expect(hasher.isOutdated(stored)).toBe(true);
    }
  });

  test('is a no for another password', async () => {
    for (const { made, password, passwordHash } of quickOnes)
      expect(await hasher.verify(`x${password.slice(1)}`, storedForm(passwordHash)), `by ${made}`).toBe(false);
  });

  test('is tried with the password as it was typed, but for that of Better Auth, which takes all spellings', async () => {
    const decomposed = quickOnes.filter(({ password }) => password.startsWith('Zoe\u0308'));
    expect(decomposed.length).toBeGreaterThan(6);
    for (const { made, password, passwordHash } of decomposed) {
      const isRight = await hasher.verify(password.normalize('NFC'), storedForm(passwordHash));
      expect(isRight, `by ${made}`).toBe(made.startsWith('better-auth'));
    }
  });

  test('keeps the key of a Firebase project to itself', () => {
    const firebase = foreignHashes.filter(({ made }) => made.includes('firebase'));
    expect(firebase.length).toBeGreaterThan(3);
    for (const { passwordHash } of firebase) expect(storedForm(passwordHash)).not.toContain('jxspr8Ki');
  });
});

const salt = toBase64(Buffer.from('a salt of bytes'));
const digest = toBase64(Buffer.alloc(32, 7));

describe('a hash that cannot be verified, or would take too much,', () => {
  test.each([
    [`$argon2id$v=19$m=524288,t=1,p=1$${salt}$${digest}`, 'Takes 512 MiB of memory to verify, and 256 are the most.'],
    [`$argon2id$v=19$m=65536,t=17,p=1$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$argon2id$v=19$m=512,t=65,p=64$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$argon2id$v=19$m=512,t=2048,p=64$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$argon2id$v=19$m=16,t=65536,p=2$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$argon2id$v=19$m=32,t=32768,p=4$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$argon2id$v=19$m=65536,t=1,p=65$${salt}$${digest}`, 'Asks for more than 64 lanes.'],
    [`$argon2id$v=19$m=8,t=1,p=2$${salt}$${digest}`, 'Asks for less memory than its lanes need.'],
    [`$argon2id$v=19$m=8,t=1,p=1$AAAA$${digest}`, 'Has a salt of less than 8 bytes.'],
    [`$argon2id$v=19$m=8,t=1,p=1$${salt}$AAAA`, 'Has a digest of less than 16 bytes.'],
    [`$argon2id$v=19$m=8,t=1,p=1$${salt}$${digest.slice(0, -1)}B`, 'Has a salt or a digest that is no base64.'],
    [`$argon2id$v=19$m=8,m=8,p=1$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$argon2id$v=16$m=8,t=1,p=1$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$argon2i$v=19$m=8,t=1,p=1$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$argon2id$v=19$m=99999999999,t=1,p=1$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$scrypt$ln=19,r=8,p=1$${salt}$${digest}`, 'Takes 513 MiB of memory to verify, and 256 are the most.'],
    [`$scrypt$ln=15,r=64,p=2$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$scrypt$ln=1,r=1048576,p=1$${salt}$${digest}`, 'Has a block size of more than 64.'],
    [`$scrypt$ln=1,r=65,p=1$${salt}$${digest}`, 'Has a block size of more than 64.'],
    [`$scrypt$ln=1,r=64,p=65$${salt}$${digest}`, 'Asks for too many lanes for its block size.'],
    [`$scrypt-nfkc$ln=1,r=1,p=1048576$${salt}$${digest}`, 'Asks for too many lanes for its block size.'],
    [`$firebase-scrypt$ln=18,r=9,p=1$${salt}$${digest}`, 'Takes 289 MiB of memory to verify, and 256 are the most.'],
    [`$scrypt$ln=14,r=8,p=17$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$scrypt$ln=16,r=1,p=1$${salt}$${digest}`, 'Has a cost that is too much for its block size.'],
    [`$scrypt$ln=14,r=8$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$pbkdf2-sha256$i=4000001$${salt}$${digest}`, 'Takes more than about three seconds to verify.'],
    [`$pbkdf2-sha256$i=0$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    [`$pbkdf2-sha1$i=1000$${salt}$${digest}`, 'Is malformed, or of a kind that cannot be verified.'],
    ['pbkdf2_sha256$1000$salt$', 'Is malformed, or of a kind that cannot be verified.'],
    ['scrypt$10000$salt$8$1$AAAA', 'Is malformed, or of a kind that cannot be verified.'],
    [`$2b$16$${'a'.repeat(21)}e${'b'.repeat(31)}`, 'Has a cost of more than 15.'],
    [`$2b$03$${'a'.repeat(21)}e${'b'.repeat(31)}`, 'Is of no kind that is known.'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'Is of no kind that is known.'],
    ['bcrypt_sha256$$2b$12$abc', 'Is of no kind that is known.'],
    ['', 'Is of no kind that is known.'],
  ])('is refused with a reason: %s', (hash, fault) => {
    expect(storedFormOf({ kind: 'text', hash })).toEqual({ fault });
  });

  test.each([
    [{ algorithm: 'pbkdf2-sha512', hashIterations: -1 }, 'Is malformed, or of a kind that cannot be verified.'],
    [{ algorithm: 'md5', hashIterations: 1 }, 'Is of no kind that is known.'],
    [{ algorithm: 'argon2', hashIterations: 1 }, 'Is of an argon2 that is not argon2id of version 1.3.'],
  ])('is refused where it comes from Keycloak: %j', (credentialData, fault) => {
    const secretData = { value: digest, salt };
    expect(storedFormOf({ kind: 'keycloak', secretData, credentialData })).toEqual({ fault });
  });

  test('is refused where it comes from Firebase without its project, or with the key of another one', () => {
    const hash = { kind: 'firebase', hash: digest, salt } as const;
    const project = { signerKey: digest.slice(4), saltSeparator: 'Bw==', rounds: 8, memCost: 14 };
    const fault = expect.stringContaining('signerKey, saltSeparator, rounds and memCost') as string;
    expect(storedFormOf(hash)).toEqual({ fault });
    expect(storedFormOf(hash, project)).toEqual({ fault: 'Is not as long as the signer key of the project.' });
    expect(storedFormOf(hash, { ...project, signerKey: digest })).toHaveProperty('stored');
  });

  test.each(['$argon2id$v=19$m=524288,t=99,p=1', '$argon2id$v=19$m=512,t=65,p=64', '$argon2id$v=19$m=16,t=2049,p=2'])(
    'is a no where it is stored nevertheless, after the work of one of ours: %s',
    async (form) => {
      let turns = 0;
      const own = createBcryptHasher(4, async (task) => {
        turns += 1;
        return await bcryptOnNodesPool(task);
      });
      const counting = verifyingForeign(own, async () => await Promise.reject(new Error('It was worked out')));
      expect(await counting.verify('password', `${form}$${salt}$${digest}`)).toBe(false);
      expect(turns).toBe(1);
    },
  );
});

test.each([
  '$scrypt$ln=18,r=8,p=1',
  '$scrypt$ln=9,r=64,p=64',
  '$argon2id$v=19$m=512,t=64,p=64',
  '$argon2id$v=19$m=65536,t=10,p=64',
  '$argon2id$v=19$m=8,t=131072,p=1',
])('a hash within the bounds is taken: %s', (form) => {
  expect(readForeignHash(`${form}$${salt}$${digest}`)).toBeTypeOf('object');
});

test('scrypt is refused the memory that the bounds do not allow, whatever asks for it', () => {
  const [huge, salt] = [{ logCost: 1, blockSize: 2 ** 20, lanes: 1 }, Buffer.alloc(16)];
  const task = { kind: 'scrypt', ...huge, salt, length: 32, password: 'password' } as const;
  expect(() => foreignDigest(task)).toThrow(/memory limit/);
});

/** Of parameters so small that thousands of them are worked out at once. */
function smallHash(form: string): string {
  const read = readForeignHash(`${form}$${salt}$${digest}`);
  if (typeof read !== 'object') throw new Error(`${form}: ${read}`);
  return `${form}$${salt}$${foreignDigest({ ...read.derivation, password: 'password' })}`;
}

test.each([
  '$argon2id$v=19$m=8,t=1,p=1',
  '$scrypt$ln=1,r=1,p=1',
  '$scrypt-nfkc$ln=1,r=1,p=1',
  '$firebase-scrypt$ln=1,r=1,p=1',
  '$pbkdf2-sha256$i=1',
  '$pbkdf2-sha512$i=1',
])('a stored hash of which one bit was changed verifies no more: %s', async (form) => {
  const stored = smallHash(form);
  const quick = verifyingForeign(
    createBcryptHasher(4, async () => '.'.repeat(60)),
    foreignOnThisThread,
  );
  expect(await quick.verify('password', stored)).toBe(true);
  for (let at = 0; at < stored.length; at += 1)
    for (let bit = 0; bit < 7; bit += 1) {
      const changed = Buffer.from(stored);
      changed[at] = stored.charCodeAt(at) ^ (1 << bit);
      expect(await quick.verify('password', changed.toString()), `as ${changed.toString()}`).toBe(false);
    }
});
