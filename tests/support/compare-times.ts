import { mannWhitney } from './mann-whitney.ts';

// Chance alone goes so far once in a thousand times. The machine does, too, when something else runs
// on it: so two runs of three decide.
const threshold = 3.3;

export interface Comparison<Kind> {
  kinds: [known: Kind, ...others: Kind[]];
  /** How often each is called in a run. */
  count: number;
  /** Calls one, and resolves once its answer has been read. */
  call: (kind: Kind) => Promise<void>;
}

/** Compares the times of others with that of the first, until two runs of three agree on whether there is a difference. */
export async function compareTimes<Kind>(comparison: Comparison<Kind>): Promise<{ differs: boolean; zs: number[][] }> {
  const [known, ...others] = comparison.kinds;
  const zs: number[][] = [];
  for (;;) {
    const times = await timesOf(comparison);
    zs.push(others.map((kind) => mannWhitney(times.get(kind) ?? [], times.get(known) ?? [])));
    const differing = zs.filter((run) => run.some((z) => Math.abs(z) > threshold)).length;
    if (differing === 2) return { differs: true, zs };
    if (zs.length - differing === 2) return { differs: false, zs };
  }
}

/** How long each kind took, in milliseconds; taking turns, in an order that changes. */
async function timesOf<Kind>({ kinds, count, call }: Comparison<Kind>): Promise<Map<Kind, number[]>> {
  const times = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
  // The first rounds warm up.
  for (let round = -3; round < count; round += 1) {
    const order = kinds.map((kind) => ({ kind, at: Math.random() })).toSorted((one, other) => one.at - other.at);
    for (const { kind } of order) {
      const started = performance.now();
      await call(kind);
      const took = performance.now() - started;
      if (round >= 0) times.get(kind)?.push(took);
    }
  }
  return times;
}
