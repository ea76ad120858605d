// Runs the tests that are named by a requirement of ASVS 5.0, and prints the table of docs/asvs.md with their results.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { rowsIn } from '../tests/support/markdown.ts';
import { root } from '../tests/support/process.ts';
import { textOf } from '../tests/support/sources.ts';

interface Outcome {
  id: string;
  promise: string;
  file: string;
  status: string;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  testResults: { name: string; assertionResults: { title: string; status: string }[] }[];
}

const indent = ' '.repeat(12);
const outcomes = ['vitest.config.ts', 'vitest.all.config.ts'].flatMap(run);
let held = 0;
let passed = 0;
let others = 0;

for (const [id = '', level, asks, state] of rowsIn(textOf('docs/asvs.md'))) {
  console.log(`${id.padEnd(7)} L${level}  ${asks}`);
  if (state !== 'held') {
    others += 1;
    console.log(indent + state);
    continue;
  }
  const own = outcomes.filter((outcome) => outcome.id === id);
  held += 1;
  if (own.length > 0 && own.every(({ status }) => status === 'passed')) passed += 1;
  else console.log(`${indent}NOT HELD`);
  for (const { status, promise, file } of own) console.log(`${indent}${status}: ${promise} (${file})`);
}

console.log(
  `\n${passed} of ${held} requirements are held by tests that pass; ${others} do not apply yet, or are open.`,
);
process.exitCode = passed === held ? 0 : 1;

/** How the tests of one configuration ended whose names begin with an ID. */
function run(config: string): Outcome[] {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-asvs-'));
  const file = join(folder, 'report.json');
  console.error(`Running the tests of ${config} that are named by a requirement …`);
  try {
    const options = [
      '--config',
      config,
      '-t',
      String.raw`(^|\s)\d+\.\d+\.\d+ `,
      '--reporter=json',
      `--outputFile=${file}`,
    ];
    spawnSync(process.execPath, [vitest, 'run', ...options], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    return testResults.flatMap((result) => outcomesIn(result));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomesIn({ name, assertionResults }: Report['testResults'][number]): Outcome[] {
  const file = relative(root, name).replaceAll('\\', '/');
  return assertionResults.flatMap(({ title, status }) => {
    const [, id, promise = ''] = /^(\d+\.\d+\.\d+) (.*)/s.exec(title) ?? [];
    return id === undefined || status === 'pending' || status === 'skipped' ? [] : [{ id, promise, file, status }];
  });
}
