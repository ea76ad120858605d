import { createInterface } from 'node:readline/promises';

import { called } from './called.ts';
import { NotDone, WrongArguments } from './command.ts';
import { environmentWithFile, namesInFile } from './environment.ts';
import type { Screen } from './progress-bar.ts';

/** What a command knows of the process that it runs in. */
export interface Io {
  /** How the command is called here: it depends on whether Latchkey is installed in a project or is one itself. */
  readonly latchkey: string;
  readonly isJson: boolean;
  /** A result: the text for people, or in its place the other as a line of JSON. */
  print(text: string, json: unknown): void;
  /** Something besides the result. */
  note(text: string): void;
  /** Where a progress bar is drawn. */
  readonly screen: Screen;
  /**
   * Resolves where somebody wants what cannot be undone.
   *
   * @throws NotDone, or WrongArguments where there is nobody to ask
   */
  confirm(question: string): Promise<void>;
  /** The environment, and below it what a file `.env` says. */
  settings(): Readonly<Record<string, string | undefined>>;
  /** The names of settings in a file `.env`, whether or not they are settings of ours. */
  namesInFile(): string[];
  /** Standard input. */
  readonly input: NodeJS.ReadableStream;
  readonly terminal: { cwd(): string; readonly platform: string };
}

/** What everybody may type behind a command. */
export interface Flags {
  json?: boolean | undefined;
  yes?: boolean | undefined;
}

/** The parts of the process that are needed for it. */
export interface Streams {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  cwd(): string;
  platform: string;
}

export function ioOf(process: Streams, { json = false, yes = false }: Flags): Io {
  const { stdout, stderr, stdin } = process;
  let isHeard: boolean | undefined;
  return {
    latchkey: called.latchkey,
    isJson: json,
    print(text, value) {
      // Such as `head`, once it has read enough.
      if (isHeard === undefined) stdout.on('error', () => void (isHeard = false));
      isHeard ??= true;
      if (!isHeard) throw new NotDone('Nobody reads any more what is printed.');
      stdout.write(`${json ? JSON.stringify(value) : text}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
    screen: stderr,
    async confirm(question) {
      if (yes) return;
      if (!stdin.isTTY) throw new WrongArguments(`${question} This cannot be undone: say so by --yes.`);
      const asking = createInterface({ input: stdin, output: stderr });
      const answer = await asking.question(`${question} This cannot be undone. Type yes: `);
      asking.close();
      if (answer.trim().toLowerCase() !== 'yes') throw new NotDone('Nothing was done.');
    },
    settings: () => environmentWithFile(),
    namesInFile,
    input: stdin,
    terminal: process,
  };
}

/** What a database warns of while it is opened, for whoever looks on. */
export const warningsTo = (io: Pick<Io, 'note'>) => ({
  warn: (_entry: object, text?: string) => void (text !== undefined && io.note(text)),
});
