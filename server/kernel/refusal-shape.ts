// The types that every client's compiler works through, so nothing of zod is in them.
import type { TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';

/** What any procedure may answer, besides the refusals of its own: the rows of `generalRefusals`, written out. */
export type GeneralRefusal =
  | { reason: 'INPUT_INVALID'; fields: Record<string, string[]> }
  | { reason: 'REQUEST_INVALID' }
  | { reason: 'ORIGIN_REFUSED' }
  | { reason: 'RATE_LIMITED'; retryAfterSeconds: number }
  | { reason: 'BUSY'; retryAfterSeconds: number }
  | { reason: 'UNEXPECTED'; requestId: string };

/** An error as it crosses the wire: tRPC's own shape, with the refusal in `data`. */
export interface RefusalShape<Refused> {
  message: string;
  code: TRPC_ERROR_CODE_NUMBER;
  data: {
    code: TRPC_ERROR_CODE_KEY;
    httpStatus: number;
    path: string | null;
    /** Quote it in a report: the server's log holds the cause under the same id. */
    requestId: string;
    refusal: Refused;
    /** Zod's flattened error where the input was at fault, as tRPC's own examples send it; otherwise `null`. */
    zodError: { formErrors: string[]; fieldErrors: Record<string, string[]> } | null;
  };
}
