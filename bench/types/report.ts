import { markdownTable } from '../markdown-table.ts';
import { median, ratios } from '../statistics.ts';
import type { Cost } from './compiler.ts';
import type { Project, Shape, Subject } from './projects.ts';

/** One client, and what each round measured of it. */
export interface Reading extends Project {
  calls: Cost[];
  /** The same imports, and nothing else in the file. */
  empty: Cost[];
}

const names: Record<Subject, string> = { trpc: 'tRPC alone', latchkey: 'Latchkey', 'better-auth': 'Better Auth' };
const shapes: Record<Shape, string> = { standalone: 'standalone', host: 'of a host' };

/** Two tables, in Markdown: what the calls cost, and what was loaded before any of it. */
export function report(readings: Reading[]): string {
  const costs = markdownTable(
    [
      'Client',
      'Instantiations',
      'Types',
      'Memory',
      'Check time',
      'Instantiations ÷ tRPC alone',
      'Check time ÷ tRPC alone',
    ],
    readings.map((reading) => costCells(reading, floorOf(reading, readings))),
  );
  const loads = markdownTable(
    ['Client', 'Files', 'Lines', 'Memory', 'Time'],
    readings.map((reading) => loadCells(reading)),
  );
  return [...costs, '', 'Before that, what the imports load:', '', ...loads, ...doubts(readings)].join('\n');
}

const floorOf = ({ shape }: Reading, readings: Reading[]): Reading =>
  readings.find((other) => other.subject === 'trpc' && other.shape === shape) ?? missing();
const missing = (): never => {
  throw new Error('There is nothing to compare with.');
};

const labelOf = ({ subject, shape }: Reading): string => `${names[subject]}, ${shapes[shape]}`;
const count = (value: number): string => value.toLocaleString('en');
const megabytes = (kilobytes: number): string => `${(kilobytes / 1024).toFixed(1)} MB`;
const spread = (values: number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;

/** What the calls of a round cost above its empty file. */
const added = ({ calls, empty }: Reading, what: keyof Cost): number[] =>
  calls.map((cost, round) => cost[what] - (empty[round]?.[what] ?? Number.NaN));

function costCells(reading: Reading, floor: Reading): string[] {
  const [instantiations, seconds] = [added(reading, 'instantiations'), added(reading, 'checkSeconds')];
  return [
    labelOf(reading),
    count(median(instantiations)),
    count(median(added(reading, 'types'))),
    megabytes(median(added(reading, 'memoryKilobytes'))),
    `${spread(inMilliseconds(seconds), 0)} ms`,
    median(ratios(instantiations, added(floor, 'instantiations'))).toFixed(2),
    spread(ratios(seconds, added(floor, 'checkSeconds')), 2),
  ];
}

function loadCells(reading: Reading): string[] {
  const of = (what: keyof Cost): number[] => reading.empty.map((cost) => cost[what]);
  return [
    labelOf(reading),
    count(median(of('files'))),
    count(median(of('lines'))),
    megabytes(median(of('memoryKilobytes'))),
    `${spread(inMilliseconds(of('totalSeconds')), 0)} ms`,
  ];
}

const inMilliseconds = (seconds: number[]): number[] => seconds.map((value) => value * 1000);

/** The budget rests on counts that are the same in every run. */
function doubts(readings: Reading[]): string[] {
  return readings
    .filter((reading) => new Set(added(reading, 'instantiations')).size > 1)
    .map((reading) => `\nThe rounds counted different instantiations, so the count is a median: ${labelOf(reading)}`);
}
