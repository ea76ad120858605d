import { allTables } from '../server/db/all-tables.ts';
import type { Comparison } from '../server/db/move.ts';
import { printable } from '../server/db/old-server-file.ts';
import { Unusable } from '../server/db/sqlite-file.ts';

/** Where rows come from and where they go, as they are called in sentences. */
export interface Ends {
  source: string;
  target: string;
}

const mostNamed = 20;

/** @throws Unusable where the target has what the source has not, or has otherwise. */
export function refuseOthers(comparisons: Comparison[], { source, target }: Ends): void {
  const faults = comparisons.flatMap(({ name, foreign, differing }) => [
    ...(foreign > 0 ? [`${target} holds ${foreign} ${allTables[name]} that are not in ${source}.`] : []),
    ...(differing.length > 0 ? [`${differing.length} ${allTables[name]} are not the same in both:`] : []),
    ...differing.slice(0, mostNamed).map(({ id, columns }) => `  ${printable(id)}: ${columns.join(', ')}`),
    ...(differing.length > mostNamed ? [`  and ${differing.length - mostNamed} more`] : []),
  ]);
  if (faults.length === 0) return;
  const advice = 'Nothing was changed. Give --to an empty database, or one into which this move broke off.';
  throw new Unusable([...faults, advice].join('\n'));
}

/** @throws Unusable where the source was written to meanwhile. */
export function refuseWritten(isWritten: boolean, { source, target }: Ends): void {
  if (!isWritten) return;
  throw new Unusable(
    `${source} was written to meanwhile, and that was not moved: a server is still running on it. Stop it, empty ${target}, and run the move again.`,
  );
}

/** @throws Unusable where the target is not what the source is. */
export function refuseUnequal(comparisons: Comparison[], { source, target }: Ends): void {
  const unequal = comparisons.filter((one) => one.digest !== one.targetDigest || one.foreign > 0);
  if (unequal.length === 0) return;
  const names = unequal.map(({ name }) => allTables[name]).join(', ');
  throw new Unusable(
    `${target} is not equal to ${source} (${names}): another program writes to it. Stop that program, empty the database, and run the move again.`,
  );
}

export const summaryOf = (comparisons: Comparison[]): string =>
  comparisons
    .map(({ name, rows, digest }) => `  ${allTables[name].padEnd(15)} ${String(rows).padStart(9)}  sha256 ${digest}`)
    .join('\n');
