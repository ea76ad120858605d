import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';

interface Waiting {
  start(): void;
  refuse(error: Error): void;
}

/**
 * Runs work a few at a time. What waits stands in lanes that take turns, first come first served
 * within a lane. When no more may wait, whoever has the most waiting gives way: a lane that floods
 * the queue refuses only itself.
 */
export interface FairQueue {
  /** @throws Refusal BUSY, at once where the queue is full, or later where this work has to give way */
  run<Result>(lane: string, work: () => Promise<Result>): Promise<Result>;
  /** How many wait for their turn. */
  waiting(): number;
}

/** @param settings `atOnce` pieces of work run, at most `most` wait */
export function createFairQueue({ atOnce, most }: { atOnce: number; most: number }): FairQueue {
  // A Map keeps the order in which lanes were put in: the first is the next to have its turn.
  const lanes = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  function startNext(): void {
    const [turn] = lanes;
    if (!turn || running >= atOnce) return;
    const [lane, queue] = turn;
    const next = queue.shift();
    lanes.delete(lane);
    if (queue.length > 0) lanes.set(lane, queue);
    if (!next) return;
    waiting -= 1;
    running += 1;
    next.start();
  }

  /** Makes room for one more of this lane, if another lane has more waiting than it would have. */
  function makeRoom(lane: string): boolean {
    const [longest] = [...lanes.values()].toSorted((a, b) => b.length - a.length);
    if (!longest || longest.length <= (lanes.get(lane)?.length ?? 0) + 1) return false;
    longest.pop()?.refuse(busy());
    waiting -= 1;
    return true;
  }

  async function turnOf(lane: string): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting >= most && !makeRoom(lane)) throw busy();
    await new Promise<void>((start, refuse) => {
      const queue = lanes.get(lane);
      if (queue) queue.push({ start, refuse });
      else lanes.set(lane, [{ start, refuse }]);
      waiting += 1;
    });
  }

  return {
    waiting: () => waiting,
    async run(lane, work) {
      await turnOf(lane);
      try {
        return await work();
      } finally {
        running -= 1;
        startNext();
      }
    },
  };
}

const busy = (): Refusal => new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 });
