import { openSocket } from './socket.ts';
import type { TestApp } from './test-app.ts';

/** A request whose head the server has, and whose body is still to come. */
export interface HeldBack {
  /** Sends the body, and resolves to the status and the reason of the answer. */
  send(): Promise<string>;
}

/** Begins a POST of JSON: what a slow client does, or one who waits for something. */
export async function holdBack(
  app: Pick<TestApp, 'url'>,
  { path, body }: { path: string; body: unknown },
  headers: Record<string, string>,
): Promise<HeldBack> {
  const text = JSON.stringify(body);
  const connection = await openSocket(app);
  const head = {
    host: new URL(app.url).host,
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(text)}`,
    connection: 'close',
    // So that the server says when it has read the head.
    expect: '100-continue',
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  connection.socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await connection.until(/^HTTP\/1\.1 100 /);
  return {
    async send() {
      connection.socket.write(text);
      await connection.closed;
      const [, status] = /\r\n\r\nHTTP\/1\.1 (\d+)/.exec(connection.received()) ?? [];
      const [, reason = ''] = /"reason":"(\w+)"/.exec(connection.received()) ?? [];
      return `${status} ${reason}`.trim();
    },
  };
}
