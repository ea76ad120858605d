import type { Outcome } from './stand.ts';

export interface Row extends Outcome {
  tool: string;
}

/** The table, in Markdown, and below it each thing that was found. */
export function report(rows: Row[]): string {
  const cells = [
    ['Tool', 'What it did', 'Found', 'Control'],
    ['---', '---', '---', '---'],
    ...rows.map(({ tool, did, found, control, isSighted }) => [
      tool,
      did,
      found.length === 0 ? 'nothing' : `**${found.length}**, below`,
      isSighted ? control : `**failed**: ${control}`,
    ]),
  ];
  const table = cells.map((line) => `| ${line.join(' | ')} |`).join('\n');
  const found = rows.flatMap(({ tool, found }) =>
    [...new Set(found)].map((one) => `- ${tool}: ${one}${times(found.filter((other) => other === one).length)}`),
  );
  return found.length === 0 ? table : `${table}\n\n${found.join('\n')}`;
}

const times = (count: number): string => (count > 1 ? `, ${count} times` : '');

/** `401: 12, 429: 3`. */
export const inWords = (answers: Record<string, number>): string =>
  Object.entries(answers)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ');

export const total = (answers: Record<string, number>): number =>
  Object.values(answers).reduce((sum, count) => sum + count, 0);
