import { connect } from 'node:net';

/** What a client asks for again and again, and how long. */
export interface Load {
  port: number;
  /** The request as it goes over the wire. */
  request: string;
  /** Any other status ends the run: a refusal is quicker than an answer and would look like speed. */
  status: number;
  connections: number;
  milliseconds: number;
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
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
    let askedAt = 0;
    let answer = '';
    const next = (): void => {
      answer = '';
      askedAt = performance.now();
      socket.write(load.request);
    };
    socket.once('connect', next);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      const now = performance.now();
      noteAnswer(now, now - askedAt);
      const isExpected = answer.startsWith(`HTTP/1.1 ${load.status} `);
      if (!isExpected) socket.destroy(new Error(`Expected status ${load.status} and got:\n${answer}`));
      else if (now < end) next();
      else resolve(void socket.end());
    });
    socket.setTimeout(patienceMilliseconds, () => socket.destroy(new Error('A server did not answer.')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('A server closed a connection that was in use.')));
  });
}

/** Enough of HTTP/1.1 for servers of ours: a body of known length, or in chunks, of which the last is empty. */
function isWhole(answer: string): boolean {
  if (answer.endsWith('\r\n0\r\n\r\n')) return true;
  const headLength = answer.indexOf('\r\n\r\n');
  if (headLength === -1) return false;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, headLength)) ?? [];
  return length !== undefined && answer.length >= headLength + 4 + Number(length);
}
