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
  why: string;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { title: string; status: string; failureMessages?: string[] }[];
  }[];
}

const indent = ' '.repeat(12);
// `npm run asvs -- 6.2` is that section alone.
const [section = ''] = process.argv.slice(2);
const rows = rowsIn(textOf('docs/asvs.md')).filter(([id = '']) => `${id}.`.startsWith(section && `${section}.`));
const outcomes = ['vitest.config.ts', 'vitest.all.config.ts'].flatMap(run);
const counts = { held: 0, failed: 0, 'not yet': 0, open: 0 };

for (const [id = '', level, asks, state = ''] of rows) {
  const own = outcomes.filter((outcome) => outcome.id === id);
  const isHeld = own.length > 0 && own.every(({ status }) => status === 'passed');
  const result = state !== 'held' ? (state.startsWith('open') ? 'open' : 'not yet') : isHeld ? 'held' : 'failed';
  counts[result] += 1;
  console.log(`${id.padEnd(7)} L${level}  ${result.padEnd(8)} ${asks}`);
  if (state !== 'held') console.log(indent + state);
  const lines = own.map(({ status, promise, file, why }) => `${status}: ${promise} (${file})${why}`);
  for (const line of new Set(lines)) console.log(indent + line);
  if (state === 'held' && own.length === 0) console.log(`${indent}no test of this number has run`);
}

console.log(
  `\n${Object.entries(counts)
    .map(([result, count]) => `${count} ${result}`)
    .join(', ')}`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;

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
    for (const { name, status, message, assertionResults } of testResults) {
      if (status === 'failed' && assertionResults.length === 0)
        console.error(`${name} did not run: ${firstLine(message)}`);
    }
    return testResults.flatMap((result) => outcomesIn(result));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? '';
}

function outcomesIn({ name, assertionResults }: Report['testResults'][number]): Outcome[] {
  const file = relative(root, name).replaceAll('\\', '/');
  return assertionResults.flatMap(({ title, status, failureMessages = [] }) => {
    const [, id, promise = ''] = /^(\d+\.\d+\.\d+) (.*)/s.exec(title) ?? [];
    return id === undefined || status === 'pending' || status === 'skipped'
      ? []
      : [
          {
            id,
            promise,
            file,
            status,
            why: failureMessages.map((message) => `\n${indent}  ${firstLine(message)}`).join(''),
          },
        ];
  });
}
