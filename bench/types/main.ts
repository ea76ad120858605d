import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { installPeers } from '../install-peers.ts';
import { describeMachine, warnings } from '../machine.ts';
import { costOf, root } from './compiler.ts';
import { installDeclarations, makeProject } from './projects.ts';
import type { Shape, Subject } from './projects.ts';
import { report } from './report.ts';
import type { Reading } from './report.ts';

const rounds = 7;
const limitSeconds = 300;

const subjects: Subject[] = ['trpc', 'latchkey', 'better-auth'];
const shapes: Shape[] = ['standalone', 'host'];

/** Ends every program of this run: after `limitSeconds`, or on a signal. */
const stopped = new AbortController();
setTimeout(() => stopped.abort(), limitSeconds * 1000).unref();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());

async function main(folder: string): Promise<void> {
  console.error('Installing Better Auth and making the declarations …');
  await installPeers(stopped.signal);
  await installDeclarations(folder, stopped.signal);
  // A link, so that what Better Auth needs is found beside it, and all others find the packages of this repository.
  const betterAuth = join(root, 'bench', 'node_modules', 'better-auth');
  symlinkSync(betterAuth, join(folder, 'node_modules', 'better-auth'), 'junction');

  console.log(describeMachine(['typescript', '@trpc/server', 'zod', 'better-auth']));
  console.log(`Rounds    ${rounds}\n`);
  for (const warning of warnings(root)) console.log(`WARNING: ${warning}\n`);
  const readings = shapes.flatMap((shape) =>
    subjects.map((subject): Reading => ({ ...makeProject(folder, { subject, shape }), calls: [], empty: [] })),
  );
  await runRounds(readings);
  console.log(report(readings));
}

async function runRounds(readings: Reading[]): Promise<void> {
  console.error('Warming up …');
  for (const { folder } of readings) await costOf(join(folder, 'calls.json'), stopped.signal);
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`Round ${round} of ${rounds} …`);
    // There and back again, so that a machine that grows slower does not do so to the same ones.
    for (const { folder, empty, calls } of round % 2 === 0 ? readings.toReversed() : readings) {
      empty.push(await costOf(join(folder, 'empty.json'), stopped.signal));
      calls.push(await costOf(join(folder, 'calls.json'), stopped.signal));
    }
  }
}

mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'type-cost-'));
try {
  await main(folder);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(stopped.signal.aborted ? `Stopped, or not done after ${limitSeconds} seconds.` : reason);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
