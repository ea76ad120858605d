import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { generalRefusals } from '../../server/kernel/refusals.ts';
import type { RefusalRows } from '../../server/kernel/refusals.ts';
import { root } from './process.ts';

const features = join(root, 'server', 'features');
const contracts = readdirSync(features, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('contract.ts'))
  .toSorted()
  .map((name) => join(features, name));

/** Every set that there is, the general one first. */
export async function everySetOfRefusals(): Promise<RefusalRows[]> {
  const modules: Record<string, unknown>[] = await Promise.all(contracts.map(async (file) => await import(file)));
  const sets = modules.flatMap((one) => Object.entries(one).filter(([name]) => name.endsWith('Refusals')));
  // By their name: a test of the architecture would be needed for more than that.
  return [generalRefusals, ...sets.map(([, rows]) => rows as RefusalRows)];
}
