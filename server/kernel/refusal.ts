import { TRPCError } from '@trpc/server';

import type { DetailsOf, RefusalRow, RefusalRows } from './refusals.ts';

/**
 * A refusal on its way out: an answer that the caller has to expect, not a fault.
 * It is a `TRPCError`, so its status is right wherever it is thrown.
 */
export class Refusal<
  Rows extends RefusalRows = RefusalRows,
  Reason extends keyof Rows & string = keyof Rows & string,
> extends TRPCError {
  /** The set that the refusal belongs to; a procedure lets out only sets that it has declared. */
  readonly rows: RefusalRows;
  readonly refusal: { reason: string };

  constructor(
    rows: Rows,
    reason: Reason,
    ...[details]: keyof DetailsOf<Rows[Reason]> extends never ? [] : [DetailsOf<Rows[Reason]>]
  ) {
    // Its type says that it may be missing, because the set of a refusal is not known here.
    const row: RefusalRow = rows[reason] as RefusalRow;
    super({ code: row[0], message: fillIn(row[1], { ...details }) });
    // Its name stays that of tRPC's own, by which another copy of tRPC in the same process knows it.
    this.rows = rows;
    this.refusal = { reason, ...details };
  }

  /** Whether it belongs to a set, and so may leave a procedure that has declared it. */
  isOf(rows: RefusalRows): boolean {
    return this.rows === rows;
  }

  /** When to try again, 0 where that would not help. */
  get retryAfterSeconds(): number {
    const { refusal } = this;
    return 'retryAfterSeconds' in refusal ? Number(refusal.retryAfterSeconds) : 0;
  }
}

function fillIn(text: string, details: Record<string, unknown>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name]));
}
