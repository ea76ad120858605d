import { expect, test } from 'vitest';

import { startHotPath } from '../../bench/hot-path.ts';
import type { HotPath } from '../../bench/hot-path.ts';
import { isWithinBudget } from '../../bench/targets.ts';
import { rowsIn, sectionOf } from '../support/markdown.ts';

const rows = rowsIn(sectionOf('bench/README.md', 'The budget of the hot path'));
const budgetOf = (name: string): number => Number(rows.find(([cell]) => cell === name)?.[1]);
const budget = { me: budgetOf('`me`, signed in'), nobody: budgetOf('`me`, signed out') };

const isWithin = ({ me, nobody }: HotPath): boolean =>
  isWithinBudget(me, budget.me) && isWithinBudget(nobody, budget.nobody);

// A machine that is busy with something else for a while is no reason to fail.
const tries = 3;

test('me has not become slower by a quarter than bench/README.md says, signed in or not', async ({ skip }) => {
  await using hotPath = await startHotPath();
  const found: HotPath[] = [];
  while (found.length < tries && !found.some(isWithin)) found.push(await hotPath.measure());
  const text = `measured ${JSON.stringify(found)}, with the budget ${JSON.stringify(budget)}`;

  // Bare `node:http` is the same program each time: where it came and went, nothing was measured.
  const judged = found.filter((one) => one.isSteady || isWithin(one));
  skip(judged.length === 0, `The machine was too busy with something else: ${text}`);
  expect(judged.some(isWithin), `Slower by a quarter: ${text}`).toBe(true);
  // One that is far from being reached would let much through; machines differ by more than half.
  const best = Math.max(
    ...judged.map(({ me }) => me / budget.me),
    ...judged.map(({ nobody }) => nobody / budget.nobody),
  );
  expect(best, `The budget can be raised: ${text}`).toBeLessThan(3);
});
