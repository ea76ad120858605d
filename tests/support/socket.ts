import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { TestApp } from './test-app.ts';

/** A connection to the server, for what no HTTP client would send. */
export interface RawSocket extends AsyncDisposable {
  socket: Socket;
  /** Everything received so far. */
  received(): string;
  /** Resolves once something received fits, rejects when the server closes before. */
  until(pattern: RegExp): Promise<void>;
  /** Resolves when the connection is gone, however it ended. */
  closed: Promise<void>;
}

export async function openSocket(app: Pick<TestApp, 'url'>): Promise<RawSocket> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1').setEncoding('latin1');
  let received = '';
  socket.on('data', (chunk: string) => (received += chunk));
  // A reset is one of the ways to be cut; 'close' follows it.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  await once(socket, 'connect');
  return {
    socket,
    closed,
    received: () => received,
    until: async (pattern) =>
      await new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(received)) resolve();
        };
        socket.on('data', look);
        void closed.then(() => reject(new Error(`Closed before ${String(pattern)} came:\n${received}`)));
        look();
      }),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
    },
  };
}
