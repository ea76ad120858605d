import { statfsSync } from 'node:fs';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import type { Clock } from '../../server/kernel/clock.ts';

/** What is looked at of the machine itself; a test brings one that is slow, full or late. */
export interface Machine extends Clock {
  nodeVersion: string;
  /** Free bytes, and the number by which Linux knows a kind of file system. */
  diskAt(folder: string): { freeBytes: number; type: number };
  /** How long one password takes, in milliseconds. */
  timeHash(cost: number): Promise<number>;
}

export const thisMachine: Machine = {
  ...systemClock,
  nodeVersion: process.versions.node,
  diskAt(folder) {
    const { bavail, bsize, type } = statfsSync(folder);
    return { freeBytes: bavail * bsize, type };
  },
  async timeHash(cost) {
    const hasher = createBcryptHasher(cost, bcryptOnNodesPool);
    const times: number[] = [];
    // The quickest: what else the machine does only adds to it.
    for (let time = 0; time < 3; time += 1) {
      const begun = performance.now();
      await hasher.hash('a password of nobody', 'doctor');
      times.push(performance.now() - begun);
    }
    return Math.min(...times);
  },
};
