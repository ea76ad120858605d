import { Readable, Writable } from 'node:stream';

import { ioOf } from '../../cli/io.ts';
import type { Io } from '../../cli/io.ts';
import { latchkey } from '../../cli/main.ts';

export interface Ran {
  code: number;
  /** Standard output. */
  out: string;
  /** Standard error. */
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** What somebody types where they are asked; without it there is nobody to ask. */
  answer?: string;
  /** What stands in a file `.env`, beside `env`. */
  file?: Record<string, string>;
  /** What comes by standard input from elsewhere than a terminal. */
  input?: string;
}

/** Runs a command in this process, as `latchkey` would in one of its own. */
export async function runLatchkey(words: string[], options: RunOptions = {}): Promise<Ran> {
  const { answer, input = '' } = options;
  const streams = { stdout: new Collected(), stderr: new Collected() };
  const stdin = Object.assign(Readable.from([answer === undefined ? input : `${answer}\n`]), {
    isTTY: answer !== undefined,
  });
  const process = { ...streams, stdin, cwd: () => '/srv', platform: 'linux' };
  const code = await latchkey(words, (flags) => ioIn(ioOf(process, flags), options));
  return { code, out: streams.stdout.text, err: streams.stderr.text };
}

/** What a command knows of a process with another environment. */
export const ioIn = (io: Io, { env = {}, file = {} }: RunOptions): Io => ({
  ...io,
  settings: () => ({ ...file, ...env }),
  namesInFile: () => Object.keys(file),
});

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
