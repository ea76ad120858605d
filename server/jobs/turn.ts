import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import { claimTurn, prolongTurn } from './queries.ts';

/** The right to do what one instance alone does at a time, for as long as it lasts. */
export interface Turn {
  /** For as long again, from now. Resolves to whether it was still the caller's. */
  prolong(): Promise<boolean>;
}

/**
 * Of all instances that ask at once one alone gets the turn, for so many milliseconds; the others get
 * `undefined`, also from one that has died, until its time is over. A row of `limit_counters` holds it:
 * until when something may not be done again.
 */
export async function takeTurn(
  { db, clock }: { db: Database; clock: Clock },
  what: string,
  milliseconds: number,
): Promise<Turn | undefined> {
  const id = `turn ${what}`;
  const now = clock.now();
  let until = new Date(now.getTime() + milliseconds);
  // Unsynced: where it is lost with the power, so are all who had it.
  if (!(await claimTurn(db.unsynced, { id, now, until }))) return undefined;
  return {
    async prolong() {
      const next = new Date(clock.now().getTime() + milliseconds);
      const isOurs = await prolongTurn(db.unsynced, { id, from: until, to: next });
      if (isOurs) until = next;
      return isOurs;
    },
  };
}
