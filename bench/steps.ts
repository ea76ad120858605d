import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { readConfig } from '../server/config.ts';
import type { Ceiling } from './bcrypt-ceiling.ts';
import { ask } from './children.ts';
import type { Seen } from './load-client.ts';
import type { Stand } from './processes.ts';
import type { Request } from './requests.ts';

/** What one step of one round has found. */
export interface Reading {
  /** Answers a second, or milliseconds. */
  value: number;
  answers: number;
  clientBusy: number;
}

/** One thing that is measured in every round. */
export interface Step {
  seconds: number;
  measure(milliseconds: number): Promise<Reading>;
}

// Enough that no thread ever waits for work, and fewer than the server lets wait (docs/decisions/0014).
const loggingIn = availableParallelism() * 8;
const reading = 32;
const leadMilliseconds = 300;

/** In the order of a round: what is compared stands side by side. */
export function createSteps({ probe, flood, ceiling, requests }: Stand) {
  const throughput =
    (request: Request, connections: number) =>
    async (milliseconds: number): Promise<Reading> => {
      const { perSecond, ...seen } = await ask<Seen>(probe, { ...request, connections, milliseconds });
      return { value: perSecond, ...seen };
    };

  const slowest =
    (request: Request, under?: { request: Request; connections: number }) =>
    async (milliseconds: number): Promise<Reading> => {
      const noise = under && { ...under.request, connections: under.connections };
      const flooding = noise && ask<Seen>(flood, { ...noise, milliseconds: leadMilliseconds + milliseconds });
      const probing = sleep(leadMilliseconds).then(
        async () => await ask<Seen>(probe, { ...request, connections: 1, milliseconds }),
      );
      const [{ p99Milliseconds, ...seen }] = await Promise.all([probing, flooding]);
      return { value: p99Milliseconds, ...seen };
    };

  const hashing = async (milliseconds: number): Promise<Reading> => {
    const job = { cost: readConfig({}).bcryptCost, milliseconds };
    const { hashes, perSecond } = await ask<Ceiling>(ceiling, job);
    return { value: perSecond, answers: hashes, clientBusy: 0 };
  };

  const { me, nobody, noop, http, login, wrongLogin } = requests;
  return {
    http: { seconds: 1, measure: throughput(http, reading) },
    noop: { seconds: 1, measure: throughput(noop, reading) },
    nobody: { seconds: 1, measure: throughput(nobody, reading) },
    me: { seconds: 1, measure: throughput(me, reading) },
    ceiling: { seconds: 1.5, measure: hashing },
    logins: { seconds: 1.5, measure: throughput(login, loggingIn) },
    meAlone: { seconds: 1.5, measure: slowest(me) },
    meUnderLogins: { seconds: 1.5, measure: slowest(me, { request: login, connections: loggingIn }) },
    meUnderWrongLogins: { seconds: 1.5, measure: slowest(me, { request: wrongLogin, connections: loggingIn }) },
    loginAlone: { seconds: 2.5, measure: slowest(login) },
    loginUnderMe: { seconds: 2.5, measure: slowest(login, { request: me, connections: reading }) },
  } satisfies Record<string, Step>;
}

export type StepName = keyof ReturnType<typeof createSteps>;
