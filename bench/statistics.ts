const sorted = (values: number[]): number[] => values.toSorted((a, b) => a - b);

/** By nearest rank: a value that was measured, never one in between. Of fewer than 100 the 99th is the highest. */
export const percentile = (values: number[], part: number): number =>
  sorted(values)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN;

export function median(values: number[]): number {
  const [lower, upper] = [percentile(values, 0.5), sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN];
  return (lower + upper) / 2;
}

/** Each round's ratio; the two values of a round were measured seconds apart. */
export const ratios = (over: number[], base: number[]): number[] =>
  over.map((value, round) => value / (base[round] ?? Number.NaN));

/** Whether half of what was measured of one thing lies close together. */
export const isSteady = (values: number[]): boolean => percentile(values, 0.75) / percentile(values, 0.25) < 1.3;
