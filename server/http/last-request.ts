import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const ending = new WeakSet<Socket>();

/** Makes this request the last one of its connection. */
export function endConnection({ socket }: IncomingMessage, response: ServerResponse): void {
  ending.add(socket);
  response.setHeader('Connection', 'close');
}

/**
 * Whether its connection was said to end with a request before it, so that nobody will hear the
 * answer. Such a request must not be carried out (RFC 9112 §9.6), and Node would do it.
 */
export const comesTooLate = ({ socket }: IncomingMessage): boolean => ending.has(socket);
