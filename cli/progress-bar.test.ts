import { expect, test } from 'vitest';

import { progressBar } from './progress-bar.ts';

function drawn(isTTY: boolean, total: number, steps: number[]): string {
  let written = '';
  const draw = progressBar({ isTTY, write: (text: string) => (written += text) }, total);
  steps.forEach(draw);
  return written;
}

test('a bar on a terminal grows to its end and no further', () => {
  expect(drawn(true, 4, [2, 4])).toBe(`\r${'█'.repeat(15)}${'░'.repeat(15)} 2 of 4\r${'█'.repeat(30)} 4 of 4\n`);
  expect(drawn(true, 4, [5])).toBe(`\r${'█'.repeat(30)} 4 of 4\n`);
  expect(drawn(false, 4, [5])).toBe('4 of 4\n');
});

test.each([true, false])('where there is nothing to do the last line is drawn all the same (terminal: %s)', (isTTY) => {
  expect(drawn(isTTY, 0, [0])).toMatch(/0 of 0\n$/);
  expect(drawn(isTTY, 3, [3])).toMatch(/3 of 3\n$/);
});
