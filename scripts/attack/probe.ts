import { setTimeout as sleep } from 'node:timers/promises';

import { percentile } from '../../bench/statistics.ts';
import type { Target } from './target.ts';

export interface Probed {
  asked: number;
  failures: string[];
  p99Milliseconds: number;
}

const pauseMilliseconds = 50;
const patienceMilliseconds = 5000;

/** Asks, as a person who is signed in and as a supervisor would, until `stop` is called. */
export function startProbe({ url }: Target, token: string): { stop(): Promise<Probed> } {
  const took: number[] = [];
  const failures: string[] = [];
  const over = new AbortController();

  const ask = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
    const askedAt = performance.now();
    try {
      // A connection of its own each time: the door must be open, not only the room.
      const signal = AbortSignal.timeout(patienceMilliseconds);
      const response = await fetch(url + path, { headers: { ...headers, connection: 'close' }, signal });
      if (!response.ok) failures.push(`${path}: status ${response.status}`);
      await response.arrayBuffer();
    } catch (error) {
      failures.push(`${path}: ${String(error)}`);
    }
    took.push(performance.now() - askedAt);
  };

  const asking = (async () => {
    while (!over.signal.aborted) {
      await ask('/livez');
      await ask('/api/auth/me', { authorization: `Bearer ${token}` });
      await sleep(pauseMilliseconds);
    }
  })();

  return {
    async stop() {
      over.abort();
      await asking;
      return { asked: took.length, failures, p99Milliseconds: percentile(took, 0.99) };
    },
  };
}
