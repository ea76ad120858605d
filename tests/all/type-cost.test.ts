import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { costOf } from '../../bench/types/compiler.ts';
import { callsOf, installDeclarations, makeProject } from '../../bench/types/projects.ts';
import { rowsIn, sectionOf } from '../support/markdown.ts';
import { procedures } from '../support/procedures.ts';
import { root } from '../support/process.ts';
import { textOf } from '../support/sources.ts';

// Inside the project, so that the packages are found as they are in a consumer's.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'type-cost-'));
beforeAll(async () => await installDeclarations(folder), 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const budgets = new Map(rowsIn(sectionOf('bench/README.md', 'The budget')).map(([shape, budget]) => [shape, budget]));

test.each(['standalone', 'host'] as const)(
  'the compiler of who uses each procedure and all its refusals has no more to do than bench/README.md allows: %s',
  async (shape) => {
    const project = makeProject(folder, { subject: 'latchkey', shape });
    const { instantiations } = await costOf(join(project.folder, 'calls.json'));
    const budget = Number(budgets.get(`\`${shape}\``)?.replace(',', ''));
    const each = instantiations / procedures.length;
    expect(each, `${instantiations} instantiations for ${procedures.length} procedures`).toBeLessThanOrEqual(budget);
    // One that is far from being reached would let a heavy type in.
    expect(each, 'The budget can be tightened').toBeGreaterThan(budget / 2);
  },
);

const calls = callsOf('latchkey').map((name) => textOf(join('bench/types/consumers/latchkey', name)));

test.each(procedures)('who is measured there uses $path', ({ path, type }) => {
  const call = { query: 'query', mutation: 'mutate', subscription: 'subscribe' }[type];
  expect(calls.join('\n')).toContain(`${path}.${call}(`);
});
