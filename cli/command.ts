import type { Io } from './io.ts';

/** 0: done. 1: it failed, or what was looked at is not as it should be. 2: wrong arguments. */
export type ExitCode = 0 | 1 | 2;

/** An option as `parseArgs` of Node takes it, and what `--help` says of it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands behind it, such as `<url>`. */
  readonly value?: string;
  readonly about: string;
  /** Whether there is nothing to do without it. */
  readonly isNeeded?: boolean;
}

export type Options = Readonly<Record<string, Option>>;

type ValueOf<Type> = Type extends 'boolean' ? boolean : string;

export type ValuesOf<Of extends Options> = { -readonly [Name in keyof Of]?: ValueOf<Of[Name]['type']> | undefined };

/** What was typed behind the name of a command, once it is known to fit. */
export interface Args<Of extends Options = Options> {
  values: ValuesOf<Of>;
  /** As many as the command takes. */
  positionals: string[];
}

/** One thing that `latchkey` does. */
export interface Command<Of extends Options = Options> {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for `--help`. */
  readonly usage: string;
  /** A table below it, which is written down elsewhere, too. */
  readonly table?: string;
  /** What has to stand behind the name, such as `<file>`. */
  readonly takes: readonly string[];
  readonly options: Of;
  /** What is typed behind `latchkey`, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** @throws WrongArguments, Unusable or ConfigError with sentences for whoever has typed it */
  run(args: Args<Of>, io: Io): Promise<ExitCode>;
}

/** Lets the compiler know which options a command has. */
export const command = <const Of extends Options>(one: Command<Of>): Command<Of> => one;

/** What every command takes. */
export const commonOptions = {
  json: { type: 'boolean', about: 'the result as JSON on standard output, all else on standard error' },
  yes: { type: 'boolean', about: 'does what cannot be undone without asking' },
  help: { type: 'boolean', short: 'h', about: 'explains the command' },
} as const satisfies Options;

/** What was typed cannot be meant; the message says why. */
export class WrongArguments extends Error {}

/** It was not done, and nothing is broken: somebody has said no. */
export class NotDone extends Error {}
