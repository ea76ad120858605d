import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers that go on until somebody ends them. */
export interface Streams {
  /** Every answer: whether it becomes a stream is known when its head is sent. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  end(): void;
}

export function createStreams(): Streams {
  const open = new Set<ServerResponse>();
  return {
    watch({ headers, socket }, response) {
      open.add(response);
      // tRPC says keep-alive of every stream, also to who wants the connection to end.
      if (/\bclose\b/i.test(headers.connection ?? ''))
        response.once('finish', () => void (isStream(response) && socket.end()));
      response.once('close', () => open.delete(response));
    },
    end() {
      // Not by its end: what is still written would be a fault of tRPC's. Whoever listens connects again.
      for (const response of open) if (isStream(response)) response.destroy();
    },
  };
}

export const isStream = (response: ServerResponse): boolean =>
  response.headersSent && response.getHeader('Content-Type') === 'text/event-stream';
