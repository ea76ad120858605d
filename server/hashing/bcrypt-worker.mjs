// One of the threads that hash. Plain JavaScript, because Node strips no types below node_modules.
import bcrypt from 'bcrypt';

import { foreignDigest } from './foreign-digest.mjs';

/** What a round of bcrypt takes here, in milliseconds: as the last hash took, so as busy as the machine is. */
let roundTakes = 0;

/**
 * @param {{ key: string, salt: string, padding: string[] }} task
 * @returns {string}
 */
export function hash({ key, salt, padding }) {
  const started = performance.now();
  const result = bcrypt.hashSync(key, salt);
  for (const one of padding) bcrypt.hashSync(key, one);
  const rounds = [salt, ...padding].reduce((sum, one) => sum + roundsOf(one), 0);
  roundTakes = (performance.now() - started) / rounds;
  return result;
}

/**
 * Takes no less time than one of ours of this cost.
 *
 * @param {Parameters<typeof foreignDigest>[0] & { cost: number }} task
 * @returns {string}
 */
export function hashForeign({ cost, ...task }) {
  if (roundTakes === 0) hash({ key: '', salt: saltOf(8), padding: [] });
  const until = performance.now() + 2 ** cost * roundTakes;
  const result = foreignDigest(task);
  for (let lower = cost; lower >= 4; lower -= 1)
    // Half a hash of the lowest cost too much is as good as half of one too little.
    if (performance.now() + (lower > 4 ? 1 : 0.5) * 2 ** lower * roundTakes <= until)
      bcrypt.hashSync('', saltOf(lower));
  return result;
}

/** @param {string} salt */
const roundsOf = (salt) => 2 ** Number(salt.slice(4, 6));

/** @param {number} cost */
const saltOf = (cost) => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}`;
