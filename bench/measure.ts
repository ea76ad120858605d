import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { ask, endChild, portOf } from './children.ts';
import { keepOn } from './cores.ts';
import type { Cores } from './cores.ts';
import type { Seen } from './load-client.ts';
import type { Stand } from './processes.ts';
import { send } from './requests.ts';
import { serveLatchkey } from './subjects.ts';
import type { Subject } from './subjects.ts';
import { workOf, workSince } from './work.ts';
import type { Work } from './work.ts';

/** What one step of one round has found. */
export interface Reading {
  /** Answers a second, or milliseconds. */
  value: number;
  answers: number;
  /** The part of the time in which the client had something to do. */
  clientBusy: number;
  /** The same of the server's main thread, where the system tells. */
  serverBusy?: number;
  /** The part of the time in which one of the two waited for a processor, the longer one. */
  waited?: number;
}

export type Measure = (milliseconds: number) => Promise<Reading>;
type Clients = Pick<Stand, 'probe' | 'flood' | 'cores'>;

/** A step is over as soon as its server and its clients may run everywhere again. */
async function keptApart<Found>(
  { cores, probe, flood }: Clients,
  server: ChildProcess,
  work: () => Promise<Found>,
): Promise<Found> {
  if (!cores) return await work();
  const place = (of: keyof Cores, clients: keyof Cores): void => {
    keepOn(cores[of], server);
    for (const client of [probe, flood]) keepOn(cores[clients], client);
  };
  place('server', 'client');
  try {
    return await work();
  } finally {
    place('all', 'all');
  }
}

interface Flood {
  connections: number;
  everywhere?: boolean;
  /** Whether the client may take a processor for itself. */
  isAwake?: boolean;
}

/** Answers a second: of a server that has one processor for itself, or `everywhere`. */
export const throughput =
  (
    clients: Clients,
    { server, request }: Subject,
    { connections, everywhere = false, isAwake = false }: Flood,
  ): Measure =>
  async (milliseconds) => {
    const load = { ...request, connections, milliseconds, isAwake: isAwake && availableParallelism() > 1 };
    const asking = async (): Promise<Reading> => {
      const both = [clients.probe, server].map((child) => ({ child, before: workOf(child) }));
      const startedAt = performance.now();
      const { perSecond, ...seen } = await ask<Seen>(clients.probe, load);
      const seconds = (performance.now() - startedAt) / 1000;
      const [client, served] = both.map(({ child, before }) => workSince(child, before));
      const parts = client && served && partsOf([client, served], seconds);
      // Who never sleeps has always worked, and tells by themselves of what use that was.
      return { value: perSecond, ...seen, ...parts, ...(load.isAwake && { clientBusy: seen.clientBusy }) };
    };
    return everywhere ? await asking() : await keptApart(clients, server, asking);
  };

/** Not by the client's event loop, which takes a processor that is somebody else's for idleness. */
function partsOf([client, server]: [Work, Work], seconds: number): Omit<Required<Reading>, 'value' | 'answers'> {
  return {
    clientBusy: Math.min(1, (client.worked + client.waited) / seconds),
    serverBusy: Math.min(1, (server.worked + server.waited) / seconds),
    waited: Math.min(1, Math.max(client.waited, server.waited) / seconds),
  };
}

const leadMilliseconds = 300;

/** The p99 of one who asks, alone or under the load of others. */
export const slowest =
  (
    clients: Clients,
    { server, request }: Subject,
    { under, connections = 0, oneCore }: { under?: Subject; connections?: number; oneCore?: boolean } = {},
  ): Measure =>
  async (milliseconds) => {
    const work = async (): Promise<Seen> => {
      const noise = under && { ...under.request, connections, milliseconds: leadMilliseconds + milliseconds };
      const flooding = noise && ask<Seen>(clients.flood, noise);
      const probing = sleep(leadMilliseconds).then(
        async () => await ask<Seen>(clients.probe, { ...request, connections: 1, milliseconds }),
      );
      return (await Promise.all([probing, flooding]))[0];
    };
    const { p99Milliseconds, ...seen } = oneCore ? await keptApart(clients, server, work) : await work();
    return { value: p99Milliseconds, ...seen };
  };

/** From the call that starts the server to its first answer, on the database that the first start has made. */
export const start =
  (folder: string): Measure =>
  async () => {
    const startedAt = performance.now();
    const server = serveLatchkey(folder);
    await send(await portOf(server), '/trpc/auth.me');
    const value = performance.now() - startedAt;
    await endChild(server);
    return { value, answers: 1, clientBusy: 0 };
  };

/** Asks everybody once, so that nothing is measured that does not answer right. */
export async function checkAnswers({ probe }: Clients, subjects: Subject[]): Promise<void> {
  for (const { request } of subjects) await ask<Seen>(probe, { ...request, connections: 1, milliseconds: 0 });
}
