import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { expect, test } from 'vitest';

import { environment } from '../server/environment.ts';
import { generalRefusals } from '../server/kernel/refusals.ts';
import { proceduresThatDeclare, refusalOf } from './support/declared-refusals.ts';
import { codeIn, rowsIn, sectionOf } from './support/markdown.ts';
import { printSettings } from './support/print-settings.ts';
import { printedTables } from './support/printed-tables.ts';
import { procedures } from './support/procedures.ts';
import { everySetOfRefusals } from './support/sets-of-refusals.ts';
import { textOf } from './support/sources.ts';

test.each(printedTables)(
  'the table under "$heading" in $page is the one in the code',
  async ({ page, heading, print }) => {
    const table = rowsIn(await print());
    expect(table.length).toBeGreaterThan(3);
    // Where this fails: npm run docs:tables && npm run format
    expect(rowsIn(sectionOf(page, heading))).toEqual(table);
  },
);

test('the table of settings has all of them', () => {
  const settings = rowsIn(printSettings()).map(([name = '']) => codeIn(name)[0]);
  expect(settings).toEqual(Object.keys(environment.shape));
});

test('every reason is in one of the two tables of refusals', async () => {
  const reasons = (await everySetOfRefusals()).flatMap((rows) => Object.keys(rows));
  const rows = rowsIn(textOf('docs/refusals.md')).map(([name = '']) => codeIn(name)[0]);
  expect(rows.toSorted()).toEqual(reasons.toSorted());
  expect(rowsIn(sectionOf('docs/refusals.md', 'Of some')).filter((cells) => cells.at(-1) === '')).toEqual([]);
});

test('the table of procedures has the refusals that each one declares, and the status of each', async () => {
  const declared = new Map<string, Map<string, number>>(procedures.map(({ path }) => [path, new Map()]));
  for (const rows of (await everySetOfRefusals()).filter((set) => set !== generalRefusals))
    for (const path of await proceduresThatDeclare(rows))
      for (const reason of Object.keys(rows))
        declared.get(path)?.set(reason, getHTTPStatusCodeFromError(refusalOf(rows, reason)));

  const table = rowsIn(textOf('docs/procedures.md')).map(
    (cells) => [codeIn(cells[0] ?? '')[0] ?? '', cells.at(-1) ?? ''] as const,
  );
  expect(table.map(([path]) => path).toSorted()).toEqual([...declared.keys()].toSorted());
  for (const [path, text] of table) {
    const all = declared.get(path) ?? new Map<string, number>();
    // Of what is refused inside a stream there is no status.
    const named = [...text.matchAll(/`([A-Z_]+)`(?: (\d+))?/g)].map(
      ([, reason = '', status]): [string, number | undefined] => [reason, status ? Number(status) : all.get(reason)],
    );
    expect([path, ...named.toSorted()]).toEqual([path, ...[...all].toSorted()]);
  }
});
