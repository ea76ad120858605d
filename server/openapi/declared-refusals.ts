import type { AnyTRPCProcedure } from '@trpc/server';

import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import type { RefusalRows } from '../kernel/refusals.ts';

/**
 * Handed to a procedure's error formatters it notes which sets each of them lets out. tRPC keeps of
 * `.errors(refusalsOf(rows))` only a function, which can be asked and not read.
 */
class Question extends Refusal {
  readonly sets = new Set<RefusalRows>();

  constructor() {
    super(generalRefusals, 'REQUEST_INVALID');
  }

  override isOf(rows: RefusalRows): boolean {
    this.sets.add(rows);
    // Who lets these out, too, would otherwise take it for a fault, and log it.
    return rows === generalRefusals;
  }
}

interface Middleware {
  (call: { type: string; path: string; next: () => Promise<{ ok: false; error: Question }> }): Promise<unknown>;
  _type?: string;
}

/** Every set that a procedure has declared, the general one among them, in the order of declaration. */
export async function refusalsDeclaredBy(procedure: AnyTRPCProcedure): Promise<RefusalRows[]> {
  // tRPC's type of a finished procedure leaves its middlewares out.
  const { middlewares, type } = procedure._def as unknown as { middlewares: Middleware[]; type: string };
  const sets = new Set<RefusalRows>();
  for (const middleware of middlewares.filter(({ _type: kind }) => kind === 'errors')) {
    const error = new Question();
    await middleware({ type, path: '', next: async () => await Promise.resolve({ ok: false, error }) });
    for (const rows of error.sets) sets.add(rows);
  }
  return [...sets];
}
