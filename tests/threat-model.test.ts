import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { rowsIn } from './support/markdown.ts';
import { testFiles, textOf } from './support/sources.ts';

const page = 'docs/threat-model.md';

test('the threat model names tests that exist, and has one for each threat', () => {
  const rows = rowsIn(textOf(page)).filter((row) => row.length === 3);
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.filter(([, , heldBy = '']) => {
    const [, title, file = ''] = /^\[(.+)\]\((\S+)\)$/.exec(heldBy) ?? [];
    return title === undefined || !textOf(join(dirname(page), file)).includes(title);
  });
  expect(missing).toEqual([]);
});

test('every attack that is tried by the number of its advisory is in it', () => {
  const numbers = testFiles.flatMap((file) =>
    [...textOf(file).matchAll(/\(\s*'((?:CVE|GHSA|better-auth #)[\w-]*)/g)].map(([, number = '']) => number),
  );
  expect(numbers.length).toBeGreaterThan(20);
  expect(numbers.filter((number) => !textOf(page).includes(number))).toEqual([]);
});
