import { environment } from '../../server/environment.ts';
import { ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** Milliseconds: a guess has to cost something, and a login must not take long. What is advised is well above the least. */
const aim = { least: 25, good: 50, most: 500 };

/** Whether the cost of a hash fits this machine, and which one would. */
export async function checkCost({ bcryptCost }: { bcryptCost: number }, machine: Machine): Promise<Finding[]> {
  const took = await machine.timeHash(bcryptCost);
  const at = (cost: number): number => took * 2 ** (cost - bcryptCost);
  const known = `A password takes ${Math.round(took)} ms at BCRYPT_COST=${bcryptCost}`;
  if (took >= aim.least && took <= aim.most) return [ok('hashing.cost', known)];

  const allowed = [10, 11, 12, 13, 14, 15].filter((cost) => environment.shape.BCRYPT_COST.safeParse(cost).success);
  const fitting = allowed.filter((cost) => at(cost) >= aim.good && at(cost) <= aim.most);
  if (took < aim.least) {
    const better = fitting[0] ?? Math.max(...allowed);
    return [
      warning(
        'hashing.cost',
        `${known}, which is little: ${better} would take about ${Math.round(at(better))} ms. Set BCRYPT_COST=${better}`,
      ),
    ];
  }
  const better = fitting.at(-1) ?? Math.min(...allowed);
  if (better === bcryptCost)
    return [warning('hashing.cost', `${known}, which is long. Take a machine that is quicker`)];
  return [
    warning(
      'hashing.cost',
      `${known}, which is long: ${better} would take about ${Math.round(at(better))} ms. Set BCRYPT_COST=${better} before there are accounts, and do not lower it afterwards`,
    ),
  ];
}
