import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { endChildren } from './children.ts';
import { describeMachine, warnings } from './machine.ts';
import { startProcesses } from './processes.ts';
import { report } from './report.ts';
import type { Readings } from './report.ts';
import { createSteps } from './steps.ts';
import type { Step, StepName } from './steps.ts';

/** `stretch` makes every step that much longer; no run goes on for longer than `limitSeconds`. */
const quick = { rounds: 3, stretch: 1, limitSeconds: 90 };
const thorough = { rounds: 5, stretch: 5, limitSeconds: 900 };

// Beside the sources, because the folder for temporary files is often in memory and syncs for nothing.
const parent = fileURLToPath(new URL('.tmp/', import.meta.url));
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(`${parent}run-`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const plan = values.quick ? quick : thorough;
  setTimeout(() => stop(1, `Not done after ${plan.limitSeconds} seconds.`), plan.limitSeconds * 1000).unref();

  console.log(describeMachine(['@trpc/server', 'bcrypt', 'better-sqlite3', 'piscina', 'zod']));
  console.log(`Rounds    ${plan.rounds}${values.quick ? ', short ones (--quick)' : ''}\n`);
  for (const warning of warnings(folder)) console.log(`WARNING: ${warning}\n`);
  const steps = createSteps(await startProcesses(folder));
  console.log(report(await runRounds(steps, plan)));
}

async function runRounds(steps: Record<StepName, Step>, plan: typeof quick): Promise<Readings> {
  // The keys of an object that was written out in one place.
  const names = Object.keys(steps) as StepName[];
  const readings = Object.fromEntries(names.map((name) => [name, []])) as unknown as Readings;

  console.error('Warming up …');
  for (const name of names) await steps[name].measure(steps[name].seconds * 400);
  for (let round = 1; round <= plan.rounds; round += 1) {
    console.error(`Round ${round} of ${plan.rounds} …`);
    // There and back again, so that a machine that grows slower does not do so to the same half of each pair.
    for (const name of round % 2 === 0 ? names.toReversed() : names) {
      readings[name].push(await steps[name].measure(steps[name].seconds * 1000 * plan.stretch));
    }
  }
  return readings;
}

let isStopping = false;

/** Ends what this run has started, takes its files away, and exits. */
function stop(code: number, reason: string): void {
  if (isStopping) return;
  isStopping = true;
  if (reason) console.error(reason);
  void endChildren().then(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(code);
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
  // SIGBREAK is Ctrl-Break, on Windows only.
  if (signal !== 'SIGBREAK' || process.platform === 'win32') process.on(signal, () => stop(130, 'Stopped.'));
}

main().then(
  () => stop(0, ''),
  (error: unknown) => stop(1, error instanceof Error ? error.message : String(error)),
);
