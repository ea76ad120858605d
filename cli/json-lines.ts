import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';

import type { Line } from '../server/features/import-lines/service.ts';
import { cannotBeRead } from './import-source.ts';

/** No account is longer, and no line may fill the memory. */
const mostBytes = 64 * 1024;
const lineBreak = 0x0a;

/** Each line that is not empty, by its number, read as it is asked for. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let number = 1;
  let line: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of chunksOf(path)) {
    let start = 0;
    for (let end = chunk.indexOf(lineBreak); end !== -1; end = chunk.indexOf(lineBreak, start)) {
      yield* read(number, isTooLong ? undefined : Buffer.concat([line, chunk.subarray(start, end)]));
      number += 1;
      line = Buffer.alloc(0);
      isTooLong = false;
      start = end + 1;
    }
    isTooLong ||= line.length + chunk.length - start > mostBytes;
    line = isTooLong ? Buffer.alloc(0) : Buffer.concat([line, chunk.subarray(start)]);
  }
  yield* read(number, isTooLong ? undefined : line);
}

export async function countLines(path: string): Promise<number> {
  let [breaks, last] = [0, lineBreak];
  for await (const chunk of chunksOf(path)) {
    for (let at = chunk.indexOf(lineBreak); at !== -1; at = chunk.indexOf(lineBreak, at + 1)) breaks += 1;
    last = chunk.at(-1) ?? last;
  }
  return last === lineBreak ? breaks : breaks + 1;
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const stream: ReadStream = createReadStream(path);
  try {
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw cannotBeRead(path, error);
  }
}

function* read(number: number, bytes: Buffer | undefined): Generator<Line> {
  if (!bytes || bytes.length > mostBytes) return yield { number, fault: `Is longer than ${mostBytes} bytes.` };
  const text = textOf(bytes);
  if (text === undefined) return yield { number, fault: 'Is not in UTF-8.' };
  if (text.trim() !== '') yield { number, text };
}

/** Without the mark that some programs put at the beginning of a file. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
