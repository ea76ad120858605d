import { hash } from 'node:crypto';

import { randomness, Secret } from '../kernel/token.ts';

// Crockford's base32: no i, l, o and u, of which three are taken for digits, and the fourth makes words.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const codeForm = /^[0-9a-hjkmnp-tv-z]{24}$/;
const codesOfOnePerson = 10;

/** The codes that somebody writes down, for when everything else is lost: 120 bits each, six groups of four. */
export const newRecoveryCodes = (): Secret[] => Array.from({ length: codesOfOnePerson }, newCode);

/** A code as it was typed in, in the one form that is hashed; `undefined` where it cannot be one. */
export function readRecoveryCode(written: string): Secret | undefined {
  const read = written
    .toLowerCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  return codeForm.test(read) ? inGroups(read) : undefined;
}

/**
 * The only form in which the database holds a code. Without salt and stretching, which a secret of 112 bits
 * or more does not need (NIST 800-63B-4 §3.1.2.2, ASVS 6.5.2).
 */
export const hashRecoveryCode = (code: Secret): Buffer => hash('sha256', code.reveal(), 'buffer');

/** Five bits a character: JavaScript's digits to the base of 32 are another alphabet, in the same order. */
function newCode(): Secret {
  const digits = BigInt(`0x${randomness(15).toString('hex')}`)
    .toString(32)
    .padStart(24, '0');
  return inGroups(digits.replaceAll(/./g, (digit) => alphabet.charAt(Number.parseInt(digit, 32))));
}

const inGroups = (characters: string): Secret => new Secret(characters.replaceAll(/.{4}(?=.)/g, '$&-'));
