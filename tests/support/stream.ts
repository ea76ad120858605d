/** One event of a stream as it is sent. */
export interface StreamEvent {
  event: string;
  data: unknown;
}

/** A stream that was asked for by fetch, as any program would. */
export interface OpenStream {
  response: Response;
  /** The next event that is no ping; `undefined` at the end. */
  next(): Promise<StreamEvent | undefined>;
  /** The reasons of all signals until the end. */
  rest(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const leaving = new AbortController();
  const asked = { accept: 'text/event-stream', ...headers };
  return reading(await fetch(url, { headers: asked, signal: leaving.signal }), leaving);
}

/** Reads an answer that is a stream. */
export function reading(response: Response, leaving = new AbortController()): OpenStream {
  const events = eventsIn(response);
  const next = async (): Promise<StreamEvent | undefined> => {
    const { done, value } = await events.next();
    return done ? undefined : value;
  };
  return {
    response,
    next,
    async rest() {
      const reasons: string[] = [];
      for (let one = await next(); one; one = await next()) reasons.push(reasonIn(one));
      return reasons;
    },
    async close() {
      leaving.abort();
      await events.return();
    },
  };
}

/** What a signal says; of anything else what kind of event it is. */
export const reasonIn = ({ event, data }: StreamEvent): string =>
  event === 'message' ? String((data as { reason: unknown }).reason) : event;

async function* eventsIn({ body }: Response): AsyncGenerator<StreamEvent, void> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks.map((one) => one.trim()).filter((one) => one !== '')) {
        const { event = 'message', data = '' } = Object.fromEntries(
          block.split('\n').map((line) => line.split(/: (.*)/s, 2)),
        );
        if (event !== 'ping') yield { event, data: data && JSON.parse(data) };
      }
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}
