import { markdownTable } from '../markdown-table.ts';
import { median, ratios } from '../statistics.ts';
import type { Latency } from './measure.ts';

/** What was measured of a small database and of a large one, of one kind. */
export interface Pair {
  database: string;
  small: number;
  large: number;
  readings: (Latency & { users: number; call: 'me' | 'login' })[];
}

/** The table, in Markdown. */
export function report(pairs: Pair[]): string {
  const rows = pairs.flatMap((pair) => (['me', 'login'] as const).map((call) => rowOf(pair, call)));
  const head = ['Database', 'Call', 'People', 'Medians', 'Ratio', 'Lowest to highest', 'Fewest answers'];
  return markdownTable(head, rows).join('\n');
}

function rowOf({ database, small, large, readings }: Pair, call: 'me' | 'login'): string[] {
  const of = (users: number): Latency[] => readings.filter((one) => one.users === users && one.call === call);
  const [base, over] = [of(small).map(valueOf), of(large).map(valueOf)];
  const each = ratios(over, base);
  return [
    database,
    `\`${call}\``,
    `${large.toLocaleString('en')} ÷ ${small.toLocaleString('en')}`,
    `${median(over).toFixed(3)} ms ÷ ${median(base).toFixed(3)} ms`,
    median(each).toFixed(2),
    `${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    String(Math.min(...[...of(small), ...of(large)].map(({ answers }) => answers))),
  ];
}

const valueOf = ({ milliseconds }: Latency): number => milliseconds;
