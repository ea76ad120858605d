import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root } from './support/process.ts';
import { pages, samplesOn, strayPartOf } from './support/samples.ts';

// Commands in a shell are typed by a person; those that are more than that are excerpts all the same.
const samples = pages
  .flatMap((page) => samplesOn(page, ['ts', 'tsx', 'js', 'mjs', 'py', 'sh']))
  .filter(({ language, from }) => language !== 'sh' || from !== undefined);

test('every block of code on a page is an excerpt of a file', () => {
  const without = samples.filter(({ from }) => from === undefined);
  expect(samples.length).toBeGreaterThan(30);
  expect(without.map(({ page, begins }) => `${page}: ${begins}`)).toEqual([]);
});

test.each(samples.filter(({ from }) => from !== undefined))('$page has "$begins" from $from', (sample) => {
  expect(existsSync(join(root, sample.from ?? ''))).toBe(true);
  expect(strayPartOf(sample)).toBeUndefined();
});
