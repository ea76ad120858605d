import { commonOptions } from './command.ts';
import type { Command, Options } from './command.ts';

/** What ends a command, for `--help`. */
export const exitCodes =
  'It ends with 0 where all is done, 1 where it failed or something is not as it should be, 2 for wrong arguments.';

/** One command and all that it takes. */
export function helpFor(latchkey: string, name: string, command: Command): string {
  const { usage, table, takes, options, examples } = command;
  const needed = Object.entries(options).flatMap(([option, { isNeeded, value = '' }]) =>
    isNeeded ? `--${option} ${value}`.trim() : [],
  );
  return [
    `Usage: ${[latchkey, name, ...takes, ...needed, '[options]'].join(' ')}`,
    '',
    usage,
    '',
    ...(table === undefined ? [] : [table, '']),
    'Options:',
    ...rowsOf({ ...options, ...commonOptions }),
    '',
    'Examples:',
    ...columns(examples.map(([line, purpose]) => [`${latchkey} ${line}`, purpose])),
    '',
    exitCodes,
  ].join('\n');
}

/** All commands, or those of one group. */
export function helpForAll(latchkey: string, list: readonly (readonly [name: string, command: Command])[]): string {
  return [
    `Usage: ${latchkey} <command> [options]`,
    '',
    'Commands:',
    ...columns(list.map(([name, { takes, summary }]) => [[name, ...takes].join(' '), summary])),
    '',
    'Options of every command:',
    ...rowsOf(commonOptions),
    '',
    `${latchkey} <command> --help says more about one. ${exitCodes}`,
  ].join('\n');
}

const rowsOf = (options: Options): string[] =>
  columns(
    Object.entries(options).map(([name, { short, value, about }]) => [
      `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
      about,
    ]),
  );

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
