import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

import { expect, test } from 'vitest';

import { newSeed, seedInBase32, stepOf } from '../../server/authenticators/totp.ts';
import { seconds } from '../../server/kernel/clock.ts';

const hasOathtool = ((): boolean => {
  try {
    execFileSync('oathtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The code by a program that shares nothing with us, from what a person would type in. */
const codeByOathtool = (seed: Buffer, at: number): string =>
  execFileSync('oathtool', ['--totp', '--base32', `--now=@${at}`, seedInBase32(seed)], { encoding: 'utf8' }).trim();

test.skipIf(!hasOathtool)('codes are those of oathtool, for 60 seeds and times at random', () => {
  for (let count = 0; count < 60; count += 1) {
    const seed = newSeed();
    const at = randomInt(60, 2 ** 32);
    const code = codeByOathtool(seed, at);
    const step = Math.floor(at / 30);
    const about = `${seed.toString('hex')} at ${at}`;
    // The code of a neighbour may be the same, once in a million.
    expect([step, step + 1], `of ${about}`).toContain(stepOf(seed, code, new Date(seconds(at))));
    const isTaken = (drift: number): boolean => stepOf(seed, code, new Date(seconds(at + drift))) !== undefined;
    expect([isTaken(-30), isTaken(30)], `of ${about}`).toEqual([true, true]);
  }
});
