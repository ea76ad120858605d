import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** No browser and no proxy sends a request before the last one is answered; who does may have this many. */
const mostUnanswered = 20;

const unanswered = new WeakMap<Socket, number>();
const ending = new WeakSet<Socket>();

/** Makes this request the last one of its connection. */
export function endConnection({ socket }: IncomingMessage, response: ServerResponse): void {
  ending.add(socket);
  response.setHeader('Connection', 'close');
}

/**
 * Whether a request may be carried out that stands behind others on its connection. Node begins all
 * that one read has brought, so this is what bounds them; and none behind an answer that ends the
 * connection, which nobody will hear the next one of (RFC 9112 §9.6).
 */
export function isInTurn({ socket }: IncomingMessage, response: ServerResponse): boolean {
  if (socket.destroyed || ending.has(socket)) return false;
  const count = (unanswered.get(socket) ?? 0) + 1;
  if (count > mostUnanswered) {
    socket.destroy();
    return false;
  }
  unanswered.set(socket, count);
  response.on('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  return true;
}
