import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { folded } from './folded.ts';

/**
 * Bytes of one entry of the file. Of passwords that are not listed one in 22 million looks as if it
 * were, which costs its owner one more try; a listed one is never let through.
 */
export const fingerprintBytes = 5;

/** What the file holds of a password, and what a password is looked up by. */
export const fingerprintOf = (password: string): Buffer =>
  hash('sha256', folded(password), 'buffer').subarray(0, fingerprintBytes);

let file: Buffer | undefined;

// Read when the first password is set: a server that nobody registers at needs neither the time nor the memory.
const sorted = (): Buffer => (file ??= readFileSync(new URL('common-passwords.bin', import.meta.url)));

/** Whether a password is among the most common ones, in upper or lower case (ASVS 6.2.4). */
export function isCommon(password: string): boolean {
  const fingerprints = sorted();
  const wanted = fingerprintOf(password);
  let low = 0;
  let high = fingerprints.length / fingerprintBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const start = middle * fingerprintBytes;
    const order = wanted.compare(fingerprints, start, start + fingerprintBytes);
    if (order === 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}
