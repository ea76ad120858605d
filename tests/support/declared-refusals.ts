import type { AnyTRPCProcedure } from '@trpc/server';

import { Refusal } from '../../server/kernel/refusal.ts';
import type { RefusalRows } from '../../server/kernel/refusals.ts';
import { appRouter } from '../../server/router.ts';
import { recentlyVerified, signedIn, twoFactor } from '../../server/signed-in.ts';

interface Middleware {
  (call: object): Promise<unknown>;
  _type?: string;
}

// tRPC's types leave out what a procedure has been put together of.
const formattersOf = (one: { _def: object }): Middleware[] =>
  (one._def as { middlewares: Middleware[] }).middlewares.filter(({ _type }) => _type === 'errors');

const ofHosts = {
  'auth.signedIn': signedIn,
  'auth.recentlyVerified()': recentlyVerified(),
  'auth.twoFactor': twoFactor,
  'auth.recentlyVerified({ factor: true })': recentlyVerified({ factor: true }),
};

const procedures: [string, AnyTRPCProcedure][] = Object.entries(appRouter._def.procedures as object);

/** The procedures that let out refusals of a set, by their paths. */
export async function proceduresThatDeclare(rows: RefusalRows): Promise<string[]> {
  // The first formatter is the one of every error, which shapes whatever there is.
  return await declaring(
    rows,
    procedures.map(([path, one]) => [path, formattersOf(one).slice(1)]),
  );
}

/** The builders for a host's own procedures that do, as a host writes them. */
export async function buildersThatDeclare(rows: RefusalRows): Promise<string[]> {
  return await declaring(
    rows,
    Object.entries(ofHosts).map(([name, one]) => [name, formattersOf(one)]),
  );
}

async function declaring(rows: RefusalRows, ones: [string, Middleware[]][]): Promise<string[]> {
  const found = [];
  for (const [name, formatters] of ones) if (await someLetsOut(formatters, rows)) found.push(name);
  return found;
}

/** Shows each formatter a refusal of that set: tRPC writes the shape that it gets onto the error. */
async function someLetsOut(formatters: Middleware[], rows: RefusalRows): Promise<boolean> {
  for (const shape of formatters) {
    const error = refusalOf(rows);
    await shape({ next: async () => ({ ok: false, error }) });
    if (Object.getOwnPropertySymbols(error).length > 0) return true;
  }
  return false;
}

/** Any refusal of a set; its details are nobody's here. */
export function refusalOf(rows: RefusalRows, reason = Object.keys(rows)[0] ?? ''): Refusal {
  return Reflect.construct(Refusal, [rows, reason, {}]) as Refusal;
}
