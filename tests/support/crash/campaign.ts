import { setTimeout as sleep } from 'node:timers/promises';

import { audit } from './audit.ts';
import { underLoad } from './clients.ts';
import { emptyJournal, sessionsOf } from './journal.ts';
import type { Journal } from './journal.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { Target } from './targets.ts';

export interface CampaignOptions {
  /** What the clients talk to, and what is killed. */
  target: Target;
  kills: number;
  /** How many milliseconds the clients call until the kill, at least and at most. */
  load: [least: number, most: number];
  clients?: number;
  random?: Random;
}

export interface Outcome {
  journal: Journal;
  /** What is in the database, or comes from the server, against the journal. */
  faults: string[];
  summary: string;
}

/** Clients call without pause while what they call is killed again and again; then the journal is held against it. */
export async function campaign(options: CampaignOptions): Promise<Outcome> {
  const { target, kills, load, clients = 8, random = createRandom() } = options;
  const started = performance.now();
  const journal = emptyJournal();
  say(`${target.name}: ${kills} kills, seed ${random.seed}`);
  for (let kill = 1; kill <= kills; kill += 1) {
    await target.start();
    const ending = new AbortController();
    const calling = underLoad({ url: target.url, journal, random, clients }, () => ending.signal.aborted);
    await firstAnswer(journal);
    await sleep(random.between(...load));
    ending.abort();
    await target.kill();
    await calling;
    if (kill % 10 === 0 || kill === kills) say(`${target.name}: kill ${kill} of ${kills}, ${numbersOf(journal)}`);
    // Now and then the plug is pulled while it starts.
    if (random.between(1, 8) === 1) await target.killAtStart(random.between(0, 300));
  }
  await target.start();
  const faults = await audit(journal, target);
  // While it is killed a call may be refused, but nothing unexpected may happen in it.
  if (journal.failed > 0) faults.push(`${journal.failed} calls were answered with 500`);

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const summary = `${target.name}: ${kills} kills, ${numbersOf(journal)}; against the journal: ${faults.length}; seed ${random.seed}, ${seconds} s`;
  say(summary);
  return { journal, faults, summary };
}

const mostPatience = 10_000;

/** On a machine that is busy with other work, the first answer may come long after the clients began. */
async function firstAnswer({ acknowledged }: Journal): Promise<void> {
  const before = acknowledged.register;
  for (let waited = 0; acknowledged.register === before && waited < mostPatience; waited += 5) await sleep(5);
}

export function numbersOf(journal: Journal): string {
  const { register, login, logout, read } = journal.acknowledged;
  const live = sessionsOf(journal, 'live').length;
  return `${register} registrations, ${login} logins, ${logout} logouts and ${read} reads acknowledged, ${journal.unanswered} calls unanswered, ${live} sessions live`;
}

// Past the test runner, which holds back what a test prints until it ends.
export const say = (line: string): void => void process.stderr.write(`${line}\n`);
