import type { AnyTRPCProcedure } from '@trpc/server';

import { Refusal } from '../../server/kernel/refusal.ts';
import type { RefusalRows } from '../../server/kernel/refusals.ts';
import { refusalsDeclaredBy } from '../../server/openapi/declared-refusals.ts';
import { appRouter } from '../../server/router.ts';
import { recentlyVerified, signedIn, twoFactor } from '../../server/signed-in.ts';

const procedures: [string, AnyTRPCProcedure][] = Object.entries(appRouter._def.procedures as object);

// A builder has as much of a procedure as is asked here.
const builders = Object.entries({
  'auth.signedIn': signedIn,
  'auth.recentlyVerified()': recentlyVerified(),
  'auth.twoFactor': twoFactor,
  'auth.recentlyVerified({ factor: true })': recentlyVerified({ factor: true }),
}) as unknown as [string, AnyTRPCProcedure][];

/** The procedures that let out refusals of a set, by their paths. */
export const proceduresThatDeclare = async (rows: RefusalRows): Promise<string[]> => await declaring(rows, procedures);

/** The builders for a host's own procedures that do, as a host writes them. */
export const buildersThatDeclare = async (rows: RefusalRows): Promise<string[]> => await declaring(rows, builders);

async function declaring(rows: RefusalRows, ones: [string, AnyTRPCProcedure][]): Promise<string[]> {
  const found = [];
  for (const [name, one] of ones) if ((await refusalsDeclaredBy(one)).includes(rows)) found.push(name);
  return found;
}

/** Any refusal of a set; its details are nobody's here. */
export function refusalOf(rows: RefusalRows, reason: string): Refusal {
  return Reflect.construct(Refusal, [rows, reason, {}]) as Refusal;
}
