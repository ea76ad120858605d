import { markdownTable } from './markdown-table.ts';
import type { Reading } from './measure.ts';
import { names, rows } from './rows.ts';
import type { Row } from './rows.ts';
import { median, ratios } from './statistics.ts';
import type { StepName } from './steps.ts';
import { isMet } from './targets.ts';

/** What was measured; nothing of what is missing on this machine. */
export type Readings = Partial<Record<StepName, Reading[]>>;

/** Two tables, in Markdown, and below them what to doubt in them. */
export function report(readings: Readings): string {
  const measured = rows.filter(({ over, base }) => readings[over] && (!base || readings[base]));
  const compared = markdownTable(
    ['Ratio', 'Median', 'Lowest to highest', 'Target', '', 'Medians of the two', 'Fewest answers'],
    measured.map((row) => cellsOf(row, readings)),
  );
  const each = markdownTable(
    ['Asked on one core', 'Answers a second', 'Lowest to highest', 'Server busy', 'Client busy', 'No processor'],
    throughputs(readings).map(({ label, values, server, client, waited }) => [
      label,
      count(median(values)),
      `${count(Math.min(...values))} to ${count(Math.max(...values))}`,
      ...[server, client, waited].map((part) => (Number.isNaN(part) ? '' : `${(part * 100).toFixed(0)} %`)),
    ]),
  );
  return [...compared, '', ...each, ...doubts(measured, readings)].join('\n');
}

/** What was asked for one thing after the other; the parts are medians, and not a number where nobody told them. */
interface Throughput {
  name: StepName;
  label: string;
  values: number[];
  server: number;
  client: number;
  waited: number;
}

/** What one core answers in a second, of whatever was measured. */
export function throughputs(readings: Readings): Throughput[] {
  return names.flatMap(([name, label]) => {
    const found = readings[name];
    if (!found) return [];
    const part = (of: 'serverBusy' | 'clientBusy' | 'waited'): number =>
      median(found.map((reading) => reading[of] ?? Number.NaN));
    const parts = { server: part('serverBusy'), client: part('clientBusy'), waited: part('waited') };
    return [{ name, label, values: found.map(valueOf), ...parts }];
  });
}

function cellsOf({ label, over, base, unit, target }: Row, readings: Readings): string[] {
  const [overs, bases] = [over, base].map((name) => (name && readings[name]) ?? []);
  const values = (overs ?? []).map(valueOf);
  const baseValues = (bases ?? []).map(valueOf);
  const figures = base ? ratios(values, baseValues) : values;
  const ofFigures = (figure: number): string => (base ? figure.toFixed(2) : show(figure, unit));
  const figure = median(figures);
  return [
    label,
    ofFigures(figure),
    `${ofFigures(Math.min(...figures))} to ${ofFigures(Math.max(...figures))}`,
    target ? `${target.sign} ${target.value}${base ? '' : unit}` : '',
    target ? verdictOf(isMet(figure, target)) : '',
    base ? `${show(median(values), unit)} ÷ ${show(median(baseValues), unit)}` : show(figure, unit),
    String(fewest([...(overs ?? []), ...(bases ?? [])])),
  ];
}

const verdictOf = (isMet: boolean): string => (isMet ? 'met' : '**not met**');
const valueOf = ({ value }: Reading): number => value;
const fewest = (of: Reading[]): number => Math.min(...of.map(({ answers }) => answers));
const count = (value: number): string => Math.round(value).toLocaleString('en');

function show(value: number, unit: Row['unit']): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return unit === '/s' && value >= 1000 ? `${count(value)}${unit}` : `${value.toFixed(digits)}${unit}`;
}

function doubts(measured: Row[], readings: Readings): string[] {
  const few = measured.filter(
    ({ over, base, unit }) => base && unit === ' ms' && fewestOf([over, base], readings) < 100,
  );
  const all = throughputs(readings);
  const limited = all.filter(({ client, server }) => client > 0.9 || client > server);
  const crowded = all.filter(({ waited }) => waited > 0.1);
  return [
    ...few.map(({ label }) => `\nFewer than 100 answers a round, so the p99 is the slowest one: ${label}`),
    ...limited.map(({ label }) => `\nThe client was as busy as the server, which could do more: ${label}`),
    ...(crowded.length > 0
      ? [`\nSomething else took the processors for more than a tenth of the time: ${crowded.length} of ${all.length}`]
      : []),
  ];
}

const fewestOf = (steps: StepName[], readings: Readings): number =>
  fewest(steps.flatMap((name) => readings[name] ?? []));
