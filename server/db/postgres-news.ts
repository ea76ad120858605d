import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { seconds } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { createNews } from './news.ts';
import type { News } from './news.ts';

export const newsChannel = 'latchkey_news';

const longestPause = seconds(10);
/** A connection that was lost without a word is found out within this and the time that an answer may take. */
const betweenLooks = seconds(20);
const timeouts = { connectionTimeoutMillis: seconds(2), query_timeout: seconds(6) };

/**
 * What lists of all processes tell, heard on one connection of its own: it is opened for the first
 * listener and closed after the last. What is told while there is none is lost, so everybody hears
 * `null` whenever there is one again.
 */
export function createPostgresNews(
  connection: pg.ClientConfig,
  log: Pick<Logger, 'warn'>,
): Pick<News, 'hear'> & { close(): Promise<void> } {
  const local = createNews();
  const tell = (news: string | null): void => local.tell([news]);
  let listening: { stopping: AbortController; stopped: Promise<void> } | undefined;
  let listeners = 0;

  function begin(): void {
    const stopping = new AbortController();
    listening = { stopping, stopped: listen({ ...connection, ...timeouts }, { tell, log, signal: stopping.signal }) };
  }
  async function close(): Promise<void> {
    const ending = listening;
    listening = undefined;
    ending?.stopping.abort();
    await ending?.stopped;
  }

  return {
    close,
    hear(listener) {
      const stop = local.hear(listener);
      listeners += 1;
      if (!listening) begin();
      let isHeard = true;
      return () => {
        if (!isHeard) return;
        isHeard = false;
        stop();
        listeners -= 1;
        if (listeners === 0) void close();
      };
    },
  };
}

interface Listening {
  tell: (news: string | null) => void;
  log: Pick<Logger, 'warn'>;
  signal: AbortSignal;
}

/** Listens until it is told to stop, on one connection after the other. */
async function listen(connection: pg.ClientConfig, { tell, log, signal }: Listening): Promise<void> {
  let pause = 0;
  while (!signal.aborted) {
    const isHeard = (): void => {
      pause = 0;
      // Whatever was told until now.
      tell(null);
    };
    // One connection after the other: there is never more than one.
    // oxlint-disable-next-line no-await-in-loop
    const code = await onOneConnection(connection, { tell, isHeard, signal });
    if (signal.aborted) return;
    log.warn({ event: 'database.newsLost', code });
    pause = Math.min(Math.max(2 * pause, seconds(0.1)), longestPause);
    // oxlint-disable-next-line no-await-in-loop
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Resolves once the connection is lost, to what the driver calls it; or once it is told to stop. */
async function onOneConnection(
  connection: pg.ClientConfig,
  { tell, isHeard, signal }: Omit<Listening, 'log'> & { isHeard: () => void },
): Promise<string | undefined> {
  const client = new pg.Client({ ...connection, keepAlive: true });
  let looking: NodeJS.Timeout | undefined;
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  try {
    client.on('error', reject);
    client.on('end', () => reject(new Error('The connection was closed')));
    client.on('notification', ({ payload }) => tell(payload ?? null));
    signal.addEventListener('abort', stop);
    const begin = async (): Promise<void> => {
      await client.connect();
      await client.query(`listen ${newsChannel}`);
      if (signal.aborted) return;
      isHeard();
      looking = setInterval(() => void client.query('select 1').catch(reject), betweenLooks).unref();
    };
    begin().catch(reject);
    await over;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : undefined;
  } finally {
    clearInterval(looking);
    signal.removeEventListener('abort', stop);
    // Not waited for where nobody answers any more.
    const ended = client.end().catch(() => undefined);
    if (signal.aborted) await Promise.race([ended, sleep(seconds(1), undefined, { ref: false })]);
  }
}
