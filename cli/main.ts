import { commonOptions, WrongArguments } from './command.ts';
import type { Args, Command, ExitCode, Options } from './command.ts';
import { commands } from './commands.ts';
import { helpFor, helpForAll } from './help.ts';
import { ioOf } from './io.ts';
import type { Flags, Io } from './io.ts';
import { nearest } from './nearest.ts';
import { readArguments } from './read-arguments.ts';

/** Runs what was typed. The process ends with the code once nothing keeps it, such as a server. */
export async function main(process: NodeJS.Process): Promise<void> {
  process.exitCode = await latchkey(process.argv.slice(2), (flags) => ioOf(process, flags));
}

type MakeIo = (flags: Flags) => Io;

/** Finds the command that the first words name, and runs it with the others. */
export async function latchkey(typed: string[], makeIo: MakeIo): Promise<ExitCode> {
  const io = makeIo({});
  // `help backup` is `backup --help`.
  const words = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  const found = find(words);
  if (!found) return await withoutCommand(words, io);

  const command = await found.load();
  let args: Args<Options & typeof commonOptions>;
  try {
    args = readArguments(found.rest, command);
  } catch (error) {
    return await failed(error, io, `${io.latchkey} ${found.name} --help says what there is.`);
  }
  if (args.values.help) {
    io.print(helpFor(io.latchkey, found.name, command), { help: helpFor(io.latchkey, found.name, command) });
    return 0;
  }
  try {
    return await command.run(args, makeIo(args.values));
  } catch (error) {
    return await failed(error, io);
  }
}

/** The options of every command, as they are typed: they may stand in front of its name, or within it. */
const common = [...Object.keys(commonOptions).map((name) => `--${name}`), '-h'];

function find(words: string[]) {
  const places = words.flatMap((word, at) => (common.includes(word) ? [] : [at]));
  for (const length of [2, 1]) {
    const ofName = places.slice(0, length);
    const name = ofName.map((at) => words[at]).join(' ');
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load) return { name, rest: words.filter((_, at) => !ofName.includes(at)), load };
  }
  return undefined;
}

/** The list of all, or of a group such as `users`; or what a word may have been meant to be. */
async function withoutCommand(words: string[], io: Io): Promise<ExitCode> {
  const names = Object.keys(commands);
  const [first = '', second = ''] = words.filter((word) => !common.includes(word));
  const group = names.filter((name) => name.startsWith(`${first} `));
  const isAsked = words.some((word) => word === '--help' || word === '-h');
  if (first.startsWith('-')) {
    const meant = nearest(first, common);
    const hint = meant ? `Did you mean ${meant}?` : 'Those of a command stand behind its name.';
    return await failed(new WrongArguments(`There is no option ${first} in front of a command. ${hint}`), io);
  }
  if (first !== '' && (group.length === 0 || second !== '')) {
    const typed = group.length > 0 ? `${first} ${second}` : first;
    const meant = nearest(typed, names) ?? nearest(`${first} ${second}`, names);
    const hint = meant ? `Did you mean ${meant}?` : `There are ${(group.length > 0 ? group : names).join(', ')}.`;
    return await failed(new WrongArguments(`There is no command ${typed}. ${hint}`), io);
  }
  const listed = group.length > 0 ? group : names;
  const all = await Promise.all(listed.map(async (name) => [name, await load(name)] as const));
  const help = helpForAll(io.latchkey, all);
  if (isAsked) io.print(help, { help });
  else io.note(help);
  return isAsked ? 0 : 2;
}

async function load(name: string): Promise<Command> {
  const found = commands[name];
  if (!found) throw new Error(`There is no command ${name}`);
  return await found();
}

/** Loaded only here: it knows the errors of every part. */
async function failed(error: unknown, io: Io, hint = ''): Promise<ExitCode> {
  const { explain } = await import('./explain.ts');
  io.note([explain(error, io), hint].filter(Boolean).join('\n'));
  return error instanceof WrongArguments ? 2 : 1;
}
