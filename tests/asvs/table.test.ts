import { describe, expect, test } from 'vitest';

import { rowsIn } from '../support/markdown.ts';
import { testFiles, textOf } from '../support/sources.ts';

const rows = rowsIn(textOf('docs/asvs.md')).map(([id = '', level, , state = '']) => ({ id, level, state }));
const isHeld = ({ state }: { state: string }): boolean => state === 'held';

/** The IDs with which names of tests begin. */
const named = new Set(
  testFiles.flatMap((file) =>
    [...textOf(file).matchAll(/(?<!skip|todo)\(\s*['"`](\d+\.\d+\.\d+) /g)].map(([, id = '']) => id),
  ),
);

describe('the table of ASVS', () => {
  test('has every requirement of levels 1 and 2 that concerns an authentication server, once', () => {
    expect(rows.filter(({ level }) => level === '1')).toHaveLength(56);
    expect(rows.filter(({ level }) => level === '2')).toHaveLength(132);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test('says of each one that it is held, or why not', () => {
    for (const { id, state } of rows) expect(`${id} ${state}`).toMatch(/ (held|not yet: .+|open: .+)$/);
  });

  test('calls held what has a test by its number, and nothing else', () => {
    expect(rows.filter((row) => isHeld(row) !== named.has(row.id))).toEqual([]);
  });
});
