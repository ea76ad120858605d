import { availableParallelism } from 'node:os';

import { readConfig } from '../server/config.ts';
import type { Ceiling } from './bcrypt-ceiling.ts';
import { ask } from './children.ts';
import { slowest, start, throughput } from './measure.ts';
import type { Measure, Reading } from './measure.ts';
import type { ReadName, Stand } from './processes.ts';

/** One thing that is measured in every round. */
export interface Step {
  /** How long it is measured in a round of a quick run. */
  seconds: number;
  measure: Measure;
}

export type StepName =
  | ReadName
  | keyof Stand['logins']
  | 'ceiling'
  | 'logins'
  | 'meAlone'
  | 'meUnderLogins'
  | 'meUnderWrongLogins'
  | 'loginAlone'
  | 'loginUnderMe'
  | 'start';

export type Steps = Partial<Record<StepName, Step>>;

// Enough that no thread ever waits for work, and fewer than the server lets wait (docs/decisions/0014).
const loggingIn = availableParallelism() * 8;
// And twice as many as the threads of Node.js, on which its peers hash.
const ofPeers = 8;
export const reading = 32;

/** In the order of a round: what is compared stands near each other. */
export function createSteps(stand: Stand): Steps {
  const { latchkey, reads, logins, startFolder } = stand;
  const { me, login, wrongLogin } = latchkey;
  const asked = Object.entries(reads).map(([name, subject]): [string, Step] => [
    name,
    // PostgreSQL shares the client's processor.
    {
      seconds: 0.8,
      measure: throughput(stand, subject, { connections: reading, isAwake: !name.startsWith('postgres') }),
    },
  ]);
  return {
    ...Object.fromEntries(asked),
    ceiling: { seconds: 1, measure: hashing(stand) },
    logins: { seconds: 1.2, measure: throughput(stand, login, { connections: loggingIn, everywhere: true }) },
    betterAuthLogins: {
      seconds: 2,
      measure: throughput(stand, logins.betterAuthLogins, { connections: ofPeers, everywhere: true }),
    },
    expressLogins: {
      seconds: 1.2,
      measure: throughput(stand, logins.expressLogins, { connections: ofPeers, everywhere: true }),
    },
    meAlone: { seconds: 1.2, measure: slowest(stand, me) },
    meUnderLogins: { seconds: 1.2, measure: slowest(stand, me, { under: login, connections: loggingIn }) },
    meUnderWrongLogins: { seconds: 1.2, measure: slowest(stand, me, { under: wrongLogin, connections: loggingIn }) },
    loginAlone: { seconds: 3.5, measure: slowest(stand, login, { oneCore: true }) },
    loginUnderMe: { seconds: 5, measure: slowest(stand, login, { under: me, connections: reading, oneCore: true }) },
    start: { seconds: 0, measure: start(startFolder) },
  };
}

const hashing =
  ({ ceiling }: Stand): Measure =>
  async (milliseconds): Promise<Reading> => {
    const job = { cost: readConfig({}).bcryptCost, milliseconds };
    const { hashes, perSecond } = await ask<Ceiling>(ceiling, job);
    return { value: perSecond, answers: hashes, clientBusy: 0 };
  };
