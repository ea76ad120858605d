import { timingSafeEqual } from 'node:crypto';

import { foreignDigest } from './foreign-digest.mjs';
import { readForeignHash } from './foreign-hash.ts';
import type { Derivation } from './foreign-hash.ts';
import type { Hasher } from './hasher.ts';

/** Works out a digest that another system has made, run in its turn; base64 without `=`. */
export type Foreign = (task: Derivation & { password: string; lane: string }) => Promise<string>;

/** On the thread that asks, and without turns: for tests, whose hashes are quick ones. */
export const foreignOnThisThread: Foreign = async (task) => foreignDigest(task);

/**
 * The same hasher, which also verifies what other systems have made. All of that is outdated, so a
 * login that is right replaces it. The password is tried as it was typed, for that is what they saw.
 */
export function verifyingForeign(own: Hasher, foreign: Foreign): Hasher {
  return {
    ...own,
    async verify(password, stored, lane = '') {
      const read = readForeignHash(stored);
      // What cannot be read is a no after the work of one of ours.
      if (read === undefined || typeof read === 'string') return await own.verify(password, stored, lane);
      return isSame(await foreign({ ...read.derivation, password, lane }), read.digest);
    },
    isOutdated(stored) {
      return typeof readForeignHash(stored) === 'object' || own.isOutdated(stored);
    },
  };
}

/** Of one length: the digest is as long as what was asked for. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
