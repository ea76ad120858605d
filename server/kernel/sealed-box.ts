import { createCipheriv, createDecipheriv, hash } from 'node:crypto';

import { randomness } from './token.ts';
import type { Secret } from './token.ts';

/**
 * Seals what has to be read again, such as the seed of an authenticator app: AES-256-GCM, under a key that
 * does not stand in the database, so that a copy of it alone opens nothing.
 */
export interface SealedBox {
  /**
   * Sealed for one owner: opened for another it is a fault. The layout: 1 byte version, 4 bytes key id (the
   * first of the key's SHA-256), 12 bytes nonce, the ciphertext, 16 bytes tag.
   */
  seal(plain: Buffer, boundTo: string): Buffer;
  /** @throws Error where it was changed, is of another owner, or under a key that is not among ours */
  open(sealed: Buffer, boundTo: string): Buffer;
  /** Whether it is under the key that writes. */
  isCurrent(sealed: Buffer): boolean;
  /** The ids of the keys, that of the one which writes first. */
  keyIds: readonly string[];
}

const cipher = 'aes-256-gcm';
const version = 1;
const headBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
const leastBytes = headBytes + nonceBytes + tagBytes;

/** @param keys of 32 bytes each: the first writes, the others still read */
export function createSealedBox(keys: [Buffer, ...Buffer[]]): SealedBox {
  const known = new Map(keys.map((key) => [keyIdOf(key), key]));
  if (known.size < keys.length) throw new Error('Two of the keys are the same');
  const [writing] = keys;
  const head = Buffer.concat([Buffer.of(version), Buffer.from(keyIdOf(writing), 'hex')]);
  const headOf = (sealed: Buffer): Buffer => sealed.subarray(0, headBytes);

  return {
    seal(plain, boundTo) {
      // At random: NIST SP 800-38D §8.3 allows 2^32 of them for one key.
      const nonce = randomness(nonceBytes);
      const sealing = createCipheriv(cipher, writing, nonce, { authTagLength: tagBytes });
      sealing.setAAD(boundData(head, boundTo));
      return Buffer.concat([head, nonce, sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
    },
    open(sealed, boundTo) {
      if (sealed.length < leastBytes) throw new Error('What is sealed was cut off');
      if (sealed[0] !== version) throw new Error(`What is sealed has the version ${sealed[0]}, and not ${version}`);
      const keyId = keyIdIn(sealed);
      const key = known.get(keyId);
      if (!key) throw new Error(`What is sealed is under the key ${keyId}, which is not among ENCRYPTION_KEYS`);
      const nonce = sealed.subarray(headBytes, headBytes + nonceBytes);
      const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
      opening.setAAD(boundData(headOf(sealed), boundTo));
      opening.setAuthTag(sealed.subarray(-tagBytes));
      // Nothing of it is handed over before `final` has compared the tag (ASVS 11.2.5).
      const plain = opening.update(sealed.subarray(headBytes + nonceBytes, -tagBytes));
      try {
        return Buffer.concat([plain, opening.final()]);
      } catch (cause) {
        throw new Error('What is sealed was changed, or is of another owner', { cause });
      }
    },
    isCurrent: (sealed) => headOf(sealed).equals(head),
    keyIds: [...known.keys()],
  };
}

/** By the keys of the configuration, which were checked; `undefined` where there are none. */
export function sealedBoxOf(configured: readonly Secret[] = []): SealedBox | undefined {
  const [writing, ...reading] = configured.flatMap((key) => encryptionKeyIn(key.reveal()) ?? []);
  return writing && createSealedBox([writing, ...reading]);
}

/** Which key something says that it is under. */
export const keyIdIn = (sealed: Buffer): string => sealed.toString('hex', 1, headBytes);

/** The head has one length, so no owner's name can be read as a part of it. */
const boundData = (head: Buffer, boundTo: string): Buffer => Buffer.concat([head, Buffer.from(boundTo)]);

/** Tells keys apart, in what is sealed and in the log, and says nothing of the key. */
const keyIdOf = (key: Buffer): string => hash('sha256', key, 'hex').slice(0, 8);

// 43 characters hold 258 bits.
const keyForm = /^(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9_-]{43})$/;

/** The 32 bytes that a text in base64 or base64url stands for, or `undefined` where it is no key. */
export function encryptionKeyIn(text: string): Buffer | undefined {
  if (!keyForm.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  // One spelling for each key: a last character that was changed is noticed.
  const isExact = [key.toString('base64'), key.toString('base64url')].includes(text);
  const isOneByteOver = key.every((byte) => byte === key[0]);
  return isExact && !isOneByteOver ? key : undefined;
}
