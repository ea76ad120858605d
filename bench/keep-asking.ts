import { connect } from 'node:net';

import { bodyOf, wholeLength } from './http-answer.ts';

/** What a client asks for again and again, and how long. */
export interface Load {
  port: number;
  /** The request as it goes over the wire. */
  request: string;
  /** Any other status ends the run: a refusal is quicker than an answer and would look like speed. */
  status: number;
  /** What the body of a right answer has in it. */
  contains: string;
  connections: number;
  /** With 0 each connection asks once. */
  milliseconds: number;
  /** Whether the client never sleeps, on a processor of its own. */
  isAwake?: boolean;
}

const patienceMilliseconds = 20_000;

/**
 * One connection that asks, waits for the answer and asks again. Written on sockets, because an HTTP
 * client costs more than the servers that are measured here.
 *
 * @param noteAnswer is told when an answer was whole, and how many milliseconds it took
 */
export async function keepAsking(load: Load, noteAnswer: (at: number, took: number) => void): Promise<void> {
  const end = performance.now() + load.milliseconds;
  const request = Buffer.from(load.request, 'latin1');
  const statusLine = Buffer.from(`HTTP/1.1 ${load.status} `);
  /** The last right answer, in whose place another one as long, with a head as long, is taken unread. */
  let known = { length: -1, headLength: -1 };

  await new Promise<void>((resolve, reject) => {
    let askedAt = 0;
    let parts: Buffer[] = [];
    const isKnown = (chunk: Buffer): boolean =>
      parts.length === 0 &&
      chunk.length === known.length &&
      chunk.indexOf('\r\n\r\n') === known.headLength &&
      chunk.subarray(0, statusLine.length).equals(statusLine);

    /** Whether the answer is whole by now. */
    const read = (chunk: Buffer): boolean => {
      if (isKnown(chunk)) return true;
      parts.push(Buffer.from(chunk));
      const answer = Buffer.concat(parts);
      const length = wholeLength(answer);
      if (length === undefined || answer.length < length) return false;
      const isRight =
        answer.subarray(0, statusLine.length).equals(statusLine) && bodyOf(answer).includes(load.contains);
      if (!isRight)
        throw new Error(`Expected status ${load.status} and ${load.contains}, and got:\n${answer.toString('latin1')}`);
      known = { length: answer.length, headLength: answer.indexOf('\r\n\r\n') };
      parts = [];
      return true;
    };

    const onData = (size: number, buffer: Uint8Array): boolean => {
      try {
        if (!read(Buffer.from(buffer.buffer, buffer.byteOffset, size))) return true;
        const now = performance.now();
        noteAnswer(now, now - askedAt);
        if (now < end) ask();
        else resolve(void socket.end());
      } catch (error) {
        reject(error);
        socket.destroy();
      }
      return true;
    };
    // One buffer for everything that comes, in the place of a stream's machinery.
    const onread = { buffer: Buffer.alloc(65_536), callback: onData };
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true, onread });
    const ask = (): void => {
      askedAt = performance.now();
      socket.write(request);
    };
    socket.once('connect', ask);
    socket.setTimeout(patienceMilliseconds, () => socket.destroy(new Error('A server did not answer.')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('A server closed a connection that was in use.')));
  });
}
