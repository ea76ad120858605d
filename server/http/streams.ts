import type { RequestListener, ServerResponse } from 'node:http';

/** Answers that go on until somebody ends them. */
export interface Streams {
  /** The same listener, with all its answers known: whether one becomes a stream shows when its head is sent. */
  watched(listener: RequestListener): RequestListener;
  end(): void;
}

export function createStreams(): Streams {
  const open = new Set<ServerResponse>();
  return {
    watched: (listener) => (request, response) => {
      open.add(response);
      // tRPC says keep-alive of every stream, also to who wants the connection to end.
      if (/\bclose\b/i.test(request.headers.connection ?? ''))
        response.once('finish', () => void (isStream(response) && request.socket.end()));
      response.once('close', () => open.delete(response));
      listener(request, response);
    },
    end() {
      // Not by its end: what is still written would be a fault of tRPC's. Whoever listens connects again.
      for (const response of open) if (isStream(response)) response.destroy();
    },
  };
}

export const isStream = (response: ServerResponse): boolean =>
  response.headersSent && response.getHeader('Content-Type') === 'text/event-stream';
