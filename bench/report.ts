import { markdownTable } from './markdown-table.ts';
import { median, ratios } from './statistics.ts';
import type { Reading, StepName } from './steps.ts';

export type Readings = Record<StepName, Reading[]>;

interface Row {
  label: string;
  over: StepName;
  base: StepName;
  unit: '/s' | ' ms';
}

const rows: Row[] = [
  { label: '`me`, signed in ÷ signed out', over: 'me', base: 'nobody', unit: '/s' },
  { label: '`me`, signed out ÷ tRPC no-op', over: 'nobody', base: 'noop', unit: '/s' },
  { label: 'tRPC no-op ÷ bare `node:http`', over: 'noop', base: 'http', unit: '/s' },
  { label: 'logins ÷ bcrypt alone', over: 'logins', base: 'ceiling', unit: '/s' },
  { label: 'p99 of `me`: under logins ÷ alone', over: 'meUnderLogins', base: 'meAlone', unit: ' ms' },
  { label: 'p99 of `me`: under refused logins ÷ alone', over: 'meUnderWrongLogins', base: 'meAlone', unit: ' ms' },
  { label: 'p99 of a login: under `me` ÷ alone', over: 'loginUnderMe', base: 'loginAlone', unit: ' ms' },
];

/** The table, in Markdown, and below it what to doubt in it. */
export function report(readings: Readings): string {
  const lines = markdownTable(
    ['Ratio', 'Median', 'Lowest to highest', 'Medians of the two', 'Fewest answers'],
    rows.map((row) => cellsOf(row, readings)),
  );
  return [...lines, ...doubts(readings)].join('\n');
}

function cellsOf({ label, over, base, unit }: Row, readings: Readings): string[] {
  const [overs, bases] = [readings[over].map(valueOf), readings[base].map(valueOf)];
  const each = ratios(overs, bases);
  const show = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)}${unit}`;
  return [
    label,
    median(each).toFixed(2),
    `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    `${show(median(overs))} ÷ ${show(median(bases))}`,
    String(fewest([...readings[over], ...readings[base]])),
  ];
}

const valueOf = ({ value }: Reading): number => value;
const fewest = (of: Reading[]): number => Math.min(...of.map(({ answers }) => answers));

function doubts(readings: Readings): string[] {
  const few = rows.filter(
    ({ over, base, unit }) => unit === ' ms' && fewest([...readings[over], ...readings[base]]) < 100,
  );
  const throughputs: StepName[] = ['http', 'noop', 'nobody', 'me', 'logins'];
  const limited = throughputs.filter((name) => median(readings[name].map(({ clientBusy }) => clientBusy)) > 0.9);
  return [
    ...few.map(({ label }) => `\nFewer than 100 answers a round, so the p99 is the slowest one: ${label}`),
    ...limited.map((name) => `\nThe client was as busy as the server, which could do more: ${name}`),
  ];
}
