/**
 * Whether one sample tends to be greater than another, by the Mann-Whitney U test: no assumption on
 * how the values are spread, and a few that are far off count no more than others. Good from about
 * 10 values each, where few are equal.
 *
 * @returns z, the distance from "no difference" in standard deviations; positive where the first is greater
 */
export function mannWhitney(first: number[], second: number[]): number {
  const greater = (one: number, other: number): number => (one === other ? 0.5 : Number(one > other));
  const wins = first.flatMap((one) => second.map((other) => greater(one, other)));
  const u = wins.reduce((sum, win) => sum + win, 0);
  const pairs = first.length * second.length;
  return (u - pairs / 2) / Math.sqrt((pairs * (first.length + second.length + 1)) / 12);
}
