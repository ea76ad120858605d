import { expect, test } from 'vitest';

import { createBcryptPool } from '../../server/hashing/bcrypt-pool.ts';
import { createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { verifyingForeign } from '../../server/hashing/foreign-hasher.ts';
import { median } from '../../bench/statistics.ts';

test('a quick hash of another system takes no less time than one of ours', async () => {
  const one = createBcryptPool({ cost: 8, threads: 1 });
  const slow = verifyingForeign(createBcryptHasher(8, one.bcrypt), one.foreign);
  const timeOf = async (stored: string): Promise<number> => {
    const started = performance.now();
    await slow.verify('wrong', stored);
    return performance.now() - started;
  };
  const own = await slow.hash('password');
  // One round, which takes microseconds.
  const quick = `$pbkdf2-sha256$i=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const [ofOwn, ofQuick]: [number[], number[]] = [[], []];
  for (let time = 0; time < 15; time += 1) {
    ofOwn.push(await timeOf(own));
    ofQuick.push(await timeOf(quick));
  }
  await one.close();
  // Loosely bounded, for a busy machine; measured it is within a hundredth.
  expect(median(ofQuick) / median(ofOwn)).toBeGreaterThan(0.6);
});
