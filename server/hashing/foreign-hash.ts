import { mostScryptBytes } from './foreign-digest.mjs';

/**
 * Stored hashes that other systems have made, each in one text that says all that is needed to verify it:
 *
 * - `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<digest>`, m in KiB, as everybody writes it
 * - `$scrypt$ln=14,r=8,p=1$<salt>$<digest>`, ln being log2 of the cost, as passlib writes it
 * - `$scrypt-nfkc$…`, the same over the password in NFKC
 * - `$firebase-scrypt$…`, the same with AES-256-CTR after it
 * - `$pbkdf2-sha256$i=600000$<salt>$<digest>`, and the same with sha512
 *
 * Salt and digest are base64 without `=`. Plain bcrypt is read where ours is.
 */
export interface ForeignHash {
  derivation: Derivation;
  /** Base64 without `=`. */
  digest: string;
}

/** How a password becomes a digest of so many bytes. */
export type Derivation = { salt: Buffer; length: number } & (Argon2 | Scrypt | Pbkdf2);

interface Argon2 {
  kind: 'argon2id';
  /** In KiB. */
  memory: number;
  passes: number;
  lanes: number;
}

export interface Scrypt {
  kind: 'scrypt' | 'scrypt-nfkc' | 'firebase-scrypt';
  logCost: number;
  blockSize: number;
  lanes: number;
}

interface Pbkdf2 {
  kind: 'pbkdf2-sha256' | 'pbkdf2-sha512';
  iterations: number;
}

// No login may take more than about three seconds of a core, nor more memory than this for each of them.
const mostMebibytes = 256;
const mostArgon2 = 2 ** 20;
// OpenSSL starts none of thousands; nobody has more than a few.
const mostLanes = 64;
// With several lanes each pass starts threads anew, four times for every lane, however little memory they fill.
const mostPassesOfLanes = 4096;
const mostScrypt = 2 ** 21;
// Memory grows with the block size as well, several times over, and nobody has more than 16.
const mostBlockSize = 64;
const mostBlocksOfLanes = 4096;
const mostIterations = 4_000_000;

const argon2Form = /^\$argon2id\$v=19\$((?:[mtp]=[1-9]\d{0,7},?){3})\$([A-Za-z0-9+/]{1,340})\$([A-Za-z0-9+/]{1,340})$/;
const scryptForm =
  /^\$(scrypt|scrypt-nfkc|firebase-scrypt)\$ln=([1-9]\d?),r=([1-9]\d{0,7}),p=([1-9]\d{0,7})\$([A-Za-z0-9+/]{1,340})\$([A-Za-z0-9+/]{1,340})$/;
const pbkdf2Form =
  /^\$(pbkdf2-sha256|pbkdf2-sha512)\$i=([1-9]\d{0,7})\$([A-Za-z0-9+/]{1,340})\$([A-Za-z0-9+/]{1,340})$/;

/** The hash in a stored text; why it is none, where it begins like one; `undefined` where it does not. */
export function readForeignHash(stored: string): ForeignHash | string | undefined {
  if (!/^\$(argon2|(firebase-)?scrypt|pbkdf2)/.test(stored)) return undefined;
  const read = readArgon2(stored) ?? readScrypt(stored) ?? readPbkdf2(stored);
  if (!read) return 'Is malformed, or of a kind that cannot be verified.';
  const { salt, digest, ...how } = read;
  if (!salt || !digest) return 'Has a salt or a digest that is no base64.';
  if (how.kind === 'argon2id' && salt.length < 8) return 'Has a salt of less than 8 bytes.';
  if (digest.length < 16) return 'Has a digest of less than 16 bytes.';
  const { length } = digest;
  return faultOf(how, length) ?? { derivation: { ...how, salt, length }, digest: toBase64(digest) };
}

/** Its parameters stand in an order of their own with each library. */
function readArgon2(stored: string) {
  const [, parameters = '', salt, digest] = argon2Form.exec(stored) ?? [];
  const numbers = new Map(parameters.split(',').map((one) => [one.slice(0, 1), Number(one.slice(2))]));
  const [memory, passes, lanes] = [numbers.get('m'), numbers.get('t'), numbers.get('p')];
  if (!memory || !passes || !lanes) return undefined;
  return { kind: 'argon2id', memory, passes, lanes, ...bytesOf(salt, digest) } as const;
}

function readScrypt(stored: string) {
  const [, kind, logCost, blockSize, lanes, salt, digest] = scryptForm.exec(stored) ?? [];
  if (kind !== 'scrypt' && kind !== 'scrypt-nfkc' && kind !== 'firebase-scrypt') return undefined;
  const numbers = { logCost: Number(logCost), blockSize: Number(blockSize), lanes: Number(lanes) };
  return { kind, ...numbers, ...bytesOf(salt, digest) } as const;
}

function readPbkdf2(stored: string) {
  const [, kind, iterations, salt, digest] = pbkdf2Form.exec(stored) ?? [];
  if (kind !== 'pbkdf2-sha256' && kind !== 'pbkdf2-sha512') return undefined;
  return { kind, iterations: Number(iterations), ...bytesOf(salt, digest) } as const;
}

const bytesOf = (salt = '', digest = '') => ({ salt: bytesIn(salt), digest: bytesIn(digest) });

/** In its one spelling only. */
function bytesIn(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return toBase64(bytes) === base64 ? bytes : undefined;
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Why a login with it would fail, or cost too much. */
function faultOf(one: Argon2 | Scrypt | Pbkdf2, length: number): string | undefined {
  switch (one.kind) {
    case 'argon2id': {
      const { memory, passes, lanes } = one;
      if (lanes > mostLanes) return `Asks for more than ${mostLanes} lanes.`;
      if (memory < 8 * lanes) return 'Asks for less memory than its lanes need.';
      const startsTooOften = lanes > 1 && passes * lanes > mostPassesOfLanes;
      return tooMuch(memory / 1024, memory * passes > mostArgon2 || startsTooOften);
    }
    case 'scrypt':
    case 'scrypt-nfkc':
    case 'firebase-scrypt': {
      const { logCost, blockSize, lanes } = one;
      // RFC 7914 §6.
      if (logCost >= 16 * blockSize) return 'Has a cost that is too much for its block size.';
      if (blockSize > mostBlockSize) return `Has a block size of more than ${mostBlockSize}.`;
      if (blockSize * lanes > mostBlocksOfLanes) return 'Asks for too many lanes for its block size.';
      return tooMuchScrypt(one) ?? tooMuch(0, 2 ** logCost * blockSize * lanes > mostScrypt);
    }
    case 'pbkdf2-sha256':
    case 'pbkdf2-sha512': {
      const bytesAtOnce = one.kind === 'pbkdf2-sha256' ? 32 : 64;
      return tooMuch(0, one.iterations * Math.ceil(length / bytesAtOnce) > mostIterations);
    }
  }
}

function tooMuchScrypt({ logCost, blockSize, lanes }: Scrypt): string | undefined {
  const bytes = 128 * blockSize * (2 ** logCost + lanes + 2);
  return bytes > mostScryptBytes ? tooMuch(bytes / 2 ** 20, false) : undefined;
}

function tooMuch(mebibytes: number, isTooLong: boolean): string | undefined {
  if (mebibytes > mostMebibytes)
    return `Takes ${Math.ceil(mebibytes)} MiB of memory to verify, and ${mostMebibytes} are the most.`;
  return isTooLong ? 'Takes more than about three seconds to verify.' : undefined;
}
