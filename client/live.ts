import type { TRPCLink } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';

import type { AuthClient } from './client.ts';
import { sessionOf } from './session.ts';
import { wires } from './wire.ts';
import type { Wire } from './wire.ts';

/**
 * Lets the session store follow what happens elsewhere, at once: while somebody is signed in the server
 * says whenever something happens to their account, and the store asks `me`. Of all tabs of a browser one
 * listens, and tells the others. It goes on, also over lost connections, until the returned function is called.
 *
 * It takes what `sessionOf` takes. Call it in the page, not while a server renders it. Where `fetch` cannot
 * read an answer as it comes, as in React Native, it does nothing.
 *
 * @example
 * const auth = createAuthClient({ url });
 * const stop = live(auth);
 */
export function live(source: AuthClient | TRPCLink<AnyRouter>): () => void {
  const session = sessionOf(source);
  const wire = wires.get(source);
  let turn = new AbortController();
  let followed: string | undefined;

  const look = (): void => {
    const state = session.get();
    const id = state.status === 'signedIn' ? state.session.id : undefined;
    if (id === followed) return;
    followed = id;
    turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    if (!wire || !id) return;
    const follow = async (): Promise<void> => {
      await listen(wire, { id, signal, hear: session.refresh });
    };
    // It rejects when the wait for the turn is given up.
    void alone(wire, signal, follow).catch(() => undefined);
  };
  const unsubscribe = session.subscribe(look);
  look();
  return () => {
    unsubscribe();
    turn.abort();
  };
}

/** With cookies all tabs have one session, and a browser has few connections for them. */
async function alone(wire: Wire, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const hasTabs = wire.isShared && typeof document !== 'undefined' && 'locks' in navigator;
  if (hasTabs) await navigator.locks.request(`${wire.name} live`, { signal }, work);
  else await work();
}

interface Listening {
  /** Of the session. */
  id: string;
  signal: AbortSignal;
  hear: () => Promise<unknown>;
}

const shortestPause = 1000;
const longestPause = 32_000;

/** Connects again and again, until it is told to stop or there is nothing to connect to. */
async function listen(wire: Wire, { id, signal, hear }: Listening): Promise<void> {
  // Not everybody comes at once when a server starts again: the end of an id is random.
  const spread = 0.5 + parseInt(id.slice(-4), 16) / 0xffff;
  let pause = shortestPause;
  while (!signal.aborted) {
    const began = performance.now();
    try {
      const { body, status } = await wire.openStream(signal);
      if (!body || status === 404) return;
      await read(body, async () => {
        wire.tellOthers?.();
        await hear();
      });
    } catch {
      // There is no network, or the connection was lost.
    }
    if (performance.now() - began > longestPause) pause = shortestPause;
    await sleep(pause * spread, signal);
    pause = Math.min(pause * 2, longestPause);
  }
}

/** Until the end of the stream, or until the server has been silent for longer than it says that it ever is. */
async function read(body: ReadableStream<Uint8Array>, hear: () => Promise<void>): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [rest, event, silence] = ['', '', 0];
  for (;;) {
    const silent = silence && setTimeout(() => void reader.cancel().catch(() => undefined), silence);
    const { done, value } = await reader.read().finally(() => clearTimeout(silent));
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    let isSignal = false;
    for (const line of lines) {
      const [, field, text = ''] = /^(event|data): (.*)/.exec(line) ?? [];
      if (field === 'event') event = text;
      else if (field !== 'data') event = '';
      else if (event === 'connected') silence = JSON.parse(text).reconnectAfterInactivityMs ?? 0;
      // Whatever a signal or a refusal says, the answer of `me` says more.
      else if (event === '' || event === 'serialized-error') isSignal = true;
    }
    if (isSignal) await hear();
  }
}

/** Shorter where there is a network again, or nobody waits any more. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const waking = new AbortController();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => resolve(), { signal: waking.signal });
  if (typeof document !== 'undefined') addEventListener('online', () => resolve(), { signal: waking.signal });
  await promise;
  waking.abort();
  clearTimeout(timer);
}
