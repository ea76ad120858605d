import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';

import { endChildren } from './children.ts';
import { checkAnswers, throughput } from './measure.ts';
import type { Measure } from './measure.ts';
import { startClients } from './processes.ts';
import type { Stand } from './processes.ts';
import { runRounds } from './rounds.ts';
import { isSteady, median, ratios } from './statistics.ts';
import { reading } from './steps.ts';
import type { Steps } from './steps.ts';
import { startBare, startLatchkey } from './subjects.ts';
import type { Subject } from './subjects.ts';
import { workOf, workSince } from './work.ts';

/** Each as a part of what bare `node:http` answers in the same time. */
export interface HotPath {
  me: number;
  nobody: number;
  /** Whether the machine did the same work in about the same time throughout; else the two say little. */
  isSteady: boolean;
}

const plan = { rounds: 9, stretch: 1, warmUpMilliseconds: 700 };

/** Two servers, to measure by short rounds; whoever disposes of them ends them. */
export async function startHotPath(): Promise<AsyncDisposable & { measure: () => Promise<HotPath> }> {
  const parent = `${import.meta.dirname}/.tmp`;
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(`${parent}/hot-path-`);
  const end = async (): Promise<void> => {
    await endChildren();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [{ me, nobody }, http] = [await startLatchkey(folder), await startBare('bare-http')];
    const clients = startClients();
    await checkAnswers(clients, [me, nobody, http]);
    const step = (of: Subject) => ({ seconds: 0.2, measure: perSecondOfWork(clients, of) });
    const steps: Steps = { me: step(me), http: step(http), nobody: step(nobody) };
    return { measure: async () => await measure(steps), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function measure(steps: Steps): Promise<HotPath> {
  const readings = await runRounds(steps, plan, () => {});
  const of = (name: 'me' | 'nobody' | 'http'): number[] => (readings[name] ?? []).map(({ value }) => value);
  return {
    me: median(ratios(of('me'), of('http'))),
    nobody: median(ratios(of('nobody'), of('http'))),
    isSteady: isSteady(of('http')),
  };
}

/**
 * Answers in a second of work of the server's main thread, where the system tells how long it worked (Linux): so
 * what else the machine does in the meantime is not counted.
 */
const perSecondOfWork =
  (clients: Pick<Stand, 'probe' | 'flood' | 'cores'>, subject: Subject): Measure =>
  async (milliseconds) => {
    const before = workOf(subject.server);
    const found = await throughput(clients, subject, { connections: reading, everywhere: true, isAwake: true })(
      milliseconds,
    );
    const done = workSince(subject.server, before);
    return done && done.worked > 0 ? { ...found, value: found.answers / done.worked } : found;
  };
