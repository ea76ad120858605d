// What other systems do to a password. Plain JavaScript, because a thread that hashes loads it.
import { argon2Sync, createCipheriv, pbkdf2Sync, scryptSync } from 'node:crypto';

/** @import { Derivation, Scrypt } from './foreign-hash.ts' */

/**
 * 256 MiB for the table of scrypt, and 1 for its lanes and what OpenSSL works on: it refuses more than that, whatever
 * the parameters say.
 */
export const mostScryptBytes = 257 * 2 ** 20;

/**
 * @param {Derivation & { password: string }} task whose parameters are bounded already
 * @returns {string} base64 without `=`
 */
export const foreignDigest = (task) => Buffer.from(bytesOf(task)).toString('base64').replace(/=+$/, '');

/**
 * @param {Parameters<typeof foreignDigest>[0]} task
 * @returns {Uint8Array}
 */
function bytesOf(task) {
  const { password, salt, length } = task;
  switch (task.kind) {
    case 'argon2id': {
      const { memory, passes, lanes: parallelism } = task;
      return argon2Sync('argon2id', {
        message: password,
        nonce: salt,
        parallelism,
        tagLength: length,
        memory,
        passes,
      });
    }
    case 'scrypt':
      return scryptSync(password, salt, length, optionsOf(task));
    // Better Auth's.
    case 'scrypt-nfkc':
      return scryptSync(password.normalize('NFKC'), salt, length, optionsOf(task));
    // The key that the project signs with, encrypted under what scrypt makes of the password. What is stored with us
    // is without that key, see foreign-forms.ts, so what is encrypted here is nothing.
    case 'firebase-scrypt': {
      const key = scryptSync(password, salt, 32, optionsOf(task));
      return createCipheriv('aes-256-ctr', key, new Uint8Array(16)).update(new Uint8Array(length));
    }
    case 'pbkdf2-sha256':
      return pbkdf2Sync(password, salt, task.iterations, length, 'sha256');
    case 'pbkdf2-sha512':
      return pbkdf2Sync(password, salt, task.iterations, length, 'sha512');
  }
}

/** @param {Scrypt} parameters */
function optionsOf({ logCost, blockSize, lanes }) {
  return { cost: 2 ** logCost, blockSize, parallelization: lanes, maxmem: mostScryptBytes };
}
