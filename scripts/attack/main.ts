import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { endChildren } from '../../bench/children.ts';
import { report } from './report.ts';
import type { Row } from './report.ts';
import { endTools, missingOf } from './run-tool.ts';
import { createStand } from './stand.ts';
import type { Attack } from './stand.ts';
import { ffuf } from './tools/ffuf.ts';
import { hydra } from './tools/hydra.ts';
import { slowhttptest } from './tools/slowhttptest.ts';
import { sqlmap } from './tools/sqlmap.ts';
import { wapiti } from './tools/wapiti.ts';

const exitCodes = { nothingFound: 0, found: 1, failed: 2, toolMissing: 3, stopped: 130 };
const limitSeconds = 480;

const attacks: Attack[] = [hydra, ffuf, wapiti, slowhttptest, sqlmap];
const folder = mkdtempSync(join(tmpdir(), 'latchkey-attack-'));
const startedAt = performance.now();

const usage = (tools: string[]): string => `Usage: npm run attack [-- <tool> …]

Attacks a server of its own on loopback with ${tools.join(', ')}, or with those that are named.
Ends with 0 where nothing was found, 1 where something was or a control failed, 2 where it broke off,
3 where a tool is not installed.`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const known = attacks.map(({ tool }) => tool);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (values.help || unknown.length > 0) {
    console.error(`${unknown.map((name) => `No such tool: ${name}.\n`).join('')}${usage(known)}`);
    return values.help ? exitCodes.nothingFound : exitCodes.failed;
  }
  const chosen = attacks.filter(({ tool }) => positionals.length === 0 || positionals.includes(tool));
  const missing = missingOf(chosen.map(({ tool }) => tool));
  if (missing.length > 0) {
    console.error(`Not installed: ${missing.join(', ')}. On Debian: apt-get install ${missing.join(' ')}`);
    return exitCodes.toolMissing;
  }
  setTimeout(() => stop(exitCodes.failed, `Not done after ${limitSeconds} seconds.`), limitSeconds * 1000).unref();

  const rows: Row[] = [];
  for (const attack of chosen) rows.push(await carryOut(attack));
  console.log(report(rows));
  return rows.every(({ found, isSighted }) => found.length === 0 && isSighted)
    ? exitCodes.nothingFound
    : exitCodes.found;
}

/** One tool, against servers that only it sees. */
async function carryOut(attack: Attack): Promise<Row> {
  const say = (text: string): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.error(`[${String(seconds).padStart(3)} s] ${attack.tool}: ${text}`);
  };
  const stand = createStand(mkdtempSync(join(folder, `${attack.tool}-`)), say);
  const outcome = await attack.carryOut(stand);
  const found = [...outcome.found, ...(await stand.faults())];
  await endChildren();
  say(found.length === 0 ? 'found nothing' : `found ${found.length}`);
  return { tool: attack.tool, ...outcome, found };
}

let isStopping = false;

/** Ends what this run has started, takes its files away, and exits. */
function stop(code: number, reason: string): void {
  if (isStopping) return;
  isStopping = true;
  if (reason) console.error(reason);
  void Promise.all([endTools(), endChildren()]).then(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(code);
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stop(exitCodes.stopped, 'Stopped.'));

main().then(
  (code) => stop(code, ''),
  (error: unknown) => stop(exitCodes.failed, error instanceof Error ? (error.stack ?? error.message) : String(error)),
);
