import { parseArgs } from 'node:util';

import { commonOptions, WrongArguments } from './command.ts';
import type { Args, Command, Options } from './command.ts';
import { nearest } from './nearest.ts';

/**
 * What was typed behind the name of a command.
 *
 * @throws WrongArguments
 */
export function readArguments(args: string[], { options, takes }: Command): Args<Options & typeof commonOptions> {
  const known = { ...options, ...commonOptions };
  const { values, positionals } = parsed(args, known);
  if (values.help) return { values, positionals };

  const missing = [
    ...takes.slice(positionals.length),
    ...Object.keys(options)
      .filter((name) => options[name]?.isNeeded && values[name] === undefined)
      .map(dashed),
  ];
  if (missing.length > 0)
    throw new WrongArguments(`${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing.`);
  const [extra] = positionals.slice(takes.length);
  if (extra !== undefined) throw new WrongArguments(`${extra} is one argument too many.`);
  return { values, positionals };
}

function parsed(args: string[], options: Options & typeof commonOptions): Args<Options & typeof commonOptions> {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new WrongArguments(sentenceFor(error, Object.keys(options)));
  }
}

const dashed = (name: string): string => `--${name}`;

function sentenceFor(error: unknown, names: string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, unknown] = /^Unknown option '-{1,2}([^']*)'/.exec(message) ?? [];
  // What follows the first sentence is about arguments that begin with a dash.
  if (unknown === undefined) return `${message.split('. ', 1)[0]}.`;
  const meant = nearest(unknown, names);
  const hint = meant ? `Did you mean --${meant}?` : `There are ${names.map(dashed).join(', ')}.`;
  return `Unknown option '--${unknown}'. ${hint}`;
}
