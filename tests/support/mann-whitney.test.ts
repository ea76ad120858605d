import { expect, test } from 'vitest';

import { mannWhitney } from './mann-whitney.ts';

test('finds the U of the textbook race of six tortoises and six hares', () => {
  const order = Array.from('THHHHHTTTTTH');
  const places = (animal: string): number[] => order.flatMap((one, index) => (one === animal ? [index + 1] : []));
  // U is 25 of 36, in standard deviations of the square root of 39.
  expect(mannWhitney(places('T'), places('H'))).toBeCloseTo(7 / Math.sqrt(39), 10);
  expect(mannWhitney(places('H'), places('T'))).toBeCloseTo(-7 / Math.sqrt(39), 10);
});

test('agrees with another program, and takes equal values for halves', () => {
  const first = [14, 6, 8, 12, 20, 5, 9, 31, 17, 25];
  const second = [19, 22, 16, 29, 24, 35, 28, 40, 11, 33];
  // SciPy 1.17: mannwhitneyu(first, second, method='asymptotic', use_continuity=False), p = 0.0191099
  expect(mannWhitney(first, second)).toBeCloseTo(-2.34338, 5);
  expect(mannWhitney([1, 2, 3], [1, 2, 3])).toBe(0);
});
