import { Readable, Writable } from 'node:stream';

import { ioOf } from '../../cli/io.ts';
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
  /** What comes by standard input from elsewhere than a terminal. */
  input?: string;
}

/** Runs a command in this process, as `latchkey` would in one of its own. */
export async function runLatchkey(words: string[], { env = {}, answer, input = '' }: RunOptions = {}): Promise<Ran> {
  const streams = { stdout: new Collected(), stderr: new Collected() };
  const stdin = Object.assign(Readable.from([answer === undefined ? input : `${answer}\n`]), {
    isTTY: answer !== undefined,
  });
  const process = { ...streams, stdin, cwd: () => '/srv', platform: 'linux' };
  const code = await latchkey(words, (flags) => ({ ...ioOf(process, flags), settings: () => env }));
  return { code, out: streams.stdout.text, err: streams.stderr.text };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
