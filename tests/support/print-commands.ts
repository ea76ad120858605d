import { commands } from '../../cli/commands.ts';
import type { Command } from '../../cli/command.ts';

/** What docs/command-line.md says of each command, in markdown. */
export async function printCommands(): Promise<string> {
  const sections = Object.entries(commands).map(async ([name, load]) => section(name, await load()));
  return (await Promise.all(sections)).join('\n');
}

function section(name: string, { takes, usage, options, examples }: Command): string {
  const rows = Object.entries(options).map(
    ([option, { value, about, isNeeded }]) =>
      `- \`--${option}${value ? ` ${value}` : ''}\`: ${about}${isNeeded ? '; it has to be there' : ''}`,
  );
  const width = Math.max(...examples.map(([line]) => line.length)) + 2;
  return [
    `### \`latchkey ${[name, ...takes].join(' ')}\``,
    '',
    usage.replaceAll(/(?<!\n)\n(?!\n)/g, ' '),
    '',
    ...(rows.length > 0 ? [...rows, ''] : []),
    '```sh',
    ...examples.map(([line, purpose]) => `npx latchkey ${line.padEnd(width)}# ${purpose}`),
    '```',
    '',
  ].join('\n');
}
