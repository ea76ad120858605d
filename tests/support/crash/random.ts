/** Numbers that look random, and are the same again for the same seed. */
export interface Random {
  seed: number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  one<Item>(of: readonly Item[]): Item | undefined;
}

/** @param seed by default a new one, or that of CRASH_SEED: print it, so that a run can be had again */
export function createRandom(seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000)): Random {
  let state = seed;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return { seed, between, one: (items) => items[between(0, items.length - 1)] };
}
