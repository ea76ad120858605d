import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import { limits } from '../../server/limits/limits.ts';
import type { Limit } from '../../server/limits/limits.ts';

/** The table in docs/limits.md. */
export function printLimits(): string {
  const rows = Object.entries<Limit>(limits).map(([name, limit]) => [
    `\`${name}\``,
    limit.counts,
    allowed(limit),
    limit.reason,
  ]);
  const table = [['Limit', 'What it counts', 'What is allowed', 'Why'], ['---', '---', '---', '---'], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function allowed(limit: Limit): string {
  if (limit.kind === 'window') return `${limit.most} in ${words(limit.window)}`;
  const [first = 0, ...more] = limit.delays;
  const after = more.length > 0 ? `${words(first)}, doubling up to ${words(more.at(-1) ?? 0)}` : words(first);
  return `${limit.free} at once, then a delay after each: ${after}; forgotten after ${words(limit.memory)} without one`;
}

function words(milliseconds: number): string {
  const units = [
    ['hour', hours(1)],
    ['minute', minutes(1)],
    ['second', seconds(1)],
  ] as const;
  const [unit, size] = units.find(([, length]) => milliseconds >= length && milliseconds % length === 0) ?? [
    'second',
    1000,
  ];
  const count = milliseconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
