import { createHmac, timingSafeEqual } from 'node:crypto';

import bcrypt from 'bcrypt';

import type { Hasher } from './hasher.ts';

// `$bcrypt-sha256$v=2,t=2b,r=<cost>$<salt, 22 characters>$<digest, 31 characters>`, as passlib documents it.
const storedForm = /^\$bcrypt-sha256\$v=2,t=2b,r=(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;

/**
 * bcrypt over HMAC-SHA256 of the password, keyed with the salt: no truncation at 72 bytes, no
 * trouble with NUL, and a leaked plain SHA-256 of a password is of no use against it.
 * The work is done on Node's thread pool, never on the main thread.
 *
 * @param cost log2 of bcrypt's rounds, 4 to 31; 10 is the floor of ASVS 5.0 Appendix C.
 */
export function createBcryptHasher(cost: number): Hasher {
  const nobody = {
    salt: saltOf(bcrypt.genSaltSync(cost)),
    // No password has this digest: bcrypt's last character has only four bits.
    digest: '9'.repeat(31),
  };

  return {
    async hash(password) {
      const salt = saltOf(await bcrypt.genSalt(cost));
      const digest = await digestOf(password, { cost, salt });
      return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${digest}`;
    },

    async verify(password, stored) {
      const [, storedCost, salt, digest] = storedForm.exec(stored) ?? [];
      if (!storedCost || !salt || !digest) return false;
      return isSame(await digestOf(password, { cost: Number(storedCost), salt }), digest);
    },

    async verifyNobody(password) {
      isSame(await digestOf(password, { cost, salt: nobody.salt }), nobody.digest);
      return false;
    },
  };
}

async function digestOf(password: string, { cost, salt }: { cost: number; salt: string }): Promise<string> {
  const key = createHmac('sha256', salt).update(password).digest('base64');
  const hash = await bcrypt.hash(key, `$2b$${String(cost).padStart(2, '0')}$${salt}`);
  return hash.slice(-31);
}

const saltOf = (bcryptSalt: string): string => bcryptSalt.slice(-22);

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
