import { createHmac, timingSafeEqual } from 'node:crypto';

import bcryptLibrary from 'bcrypt';

import type { Hasher } from './hasher.ts';

/**
 * bcrypt itself: the hash of a key of at most 72 bytes under a `$2b$` salt, run in its turn. The
 * hashes under `padding` are worked out in the same turn and thrown away.
 */
export type Bcrypt = (task: { key: string; salt: string; padding: string[]; lane: string }) => Promise<string>;

/** On Node's own thread pool, without turns: for work that nobody waits for, such as an import. */
export const bcryptOnNodesPool: Bcrypt = async ({ key, salt, padding }) => {
  const hash = await bcryptLibrary.hash(key, salt);
  for (const one of padding) await bcryptLibrary.hash(key, one);
  return hash;
};

// `$bcrypt-sha256$v=2,t=2b,r=<cost>$<salt, 22 characters>$<digest, 31 characters>`, as passlib documents it.
const ownForm = /^\$bcrypt-sha256\$v=2,t=2b,r=(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;

// bcrypt as it is, from elsewhere. The letters tell bugs of old versions apart that no hash of today has.
const plainForm = /^\$2[aby]\$(\d{2})\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;

/** A stored hash, read: what to hash again, and what must come out. */
interface Stored {
  isPlain: boolean;
  cost: number;
  salt: string;
  digest: string;
}

/**
 * bcrypt over HMAC-SHA256 of the password, keyed with the salt: no truncation at 72 bytes, no
 * trouble with NUL, and a leaked plain SHA-256 of a password is of no use against it. Hashes of
 * plain bcrypt verify, too, and are outdated.
 *
 * @param cost log2 of bcrypt's rounds, 4 to 31; 10 is the floor of ASVS 5.0 Appendix C
 */
export function createBcryptHasher(cost: number, bcrypt: Bcrypt): Hasher {
  const digestOf = async (password: string, { isPlain, cost: rounds, salt }: Omit<Stored, 'digest'>, lane = '') => {
    // As it was typed is how another system saw it; ours takes it in NFC.
    const key = isPlain ? password : createHmac('sha256', salt).update(password.normalize('NFC')).digest('base64');
    // A hash of a lower cost takes as long as one of today's, or time would tell which accounts there
    // are: 2^c + 2^c + 2^(c+1) + … + 2^(cost-1) rounds are 2^cost.
    const lower = Array.from({ length: Math.max(0, cost - rounds) }, (_, index) => rounds + index);
    const padding = lower.map((one) => bcryptSalt(one, salt));
    const hash = await bcrypt({ key, salt: bcryptSalt(rounds, salt), padding, lane });
    return hash.slice(-31);
  };
  const newSalt = (): string => bcryptLibrary.genSaltSync(cost).slice(-22);
  const nobody: Stored = {
    isPlain: false,
    cost,
    salt: newSalt(),
    // No password has this digest: bcrypt's last character has only four bits.
    digest: '9'.repeat(31),
  };

  return {
    async hash(password, lane) {
      const salt = newSalt();
      const digest = await digestOf(password, { isPlain: false, cost, salt }, lane);
      return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${digest}`;
    },

    async verify(password, storedHash, lane) {
      // What is no hash at all takes as long, or time would tell of accounts that have no password yet.
      const stored = readBcrypt(storedHash) ?? nobody;
      return isSame(await digestOf(password, stored, lane), stored.digest);
    },

    async verifyNobody(password, lane) {
      isSame(await digestOf(password, nobody, lane), nobody.digest);
      return false;
    },

    isOutdated(storedHash) {
      const stored = readBcrypt(storedHash);
      return stored !== undefined && (stored.isPlain || stored.cost < cost);
    },
  };
}

/** What a text of ours or of plain bcrypt says. */
export function readBcrypt(stored: string): Stored | undefined {
  const own = ownForm.exec(stored);
  const [, cost, salt, digest] = own ?? plainForm.exec(stored) ?? [];
  if (!cost || !salt || !digest || Number(cost) < 4 || Number(cost) > 31) return undefined;
  return { isPlain: !own, cost: Number(cost), salt, digest };
}

const bcryptSalt = (cost: number, salt: string): string => `$2b$${String(cost).padStart(2, '0')}$${salt}`;

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
