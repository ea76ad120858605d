// Data and types only, safe in a browser: what a refusal is called, its status, its text.
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc';
import * as z from 'zod';

/** One refusal: tRPC's code (and so the HTTP status), the text for a person, and the shape of its details. */
export type RefusalRow = readonly [code: TRPC_ERROR_CODE_KEY, text: string, details?: z.ZodObject];

/** Refusals by reason. `{name}` in a text is replaced by the detail of that name. */
export type RefusalRows = Readonly<Record<Uppercase<string>, RefusalRow>>;

/** Names the refusals of a feature, each with its status and text in one place. */
export const defineRefusals = <const Rows extends RefusalRows>(rows: Rows): Rows => rows;

/** The details that one row carries; an empty object for a row without. */
export type DetailsOf<Row> = Row extends readonly [unknown, unknown, infer Details extends z.ZodObject]
  ? z.infer<Details>
  : object;

/** One refusal for each row, as the client sees it. */
export type RefusalsByReason<Rows> = {
  [Reason in keyof Rows & string]: Simplify<{ reason: Reason } & DetailsOf<Rows[Reason]>>;
};

/** The closed union of a set of refusals: `{ reason: 'EMAIL_TAKEN' } | …`. */
export type RefusalOf<Rows> = RefusalsByReason<Rows>[keyof Rows & string];

type Simplify<T> = { [Key in keyof T]: T[Key] };

/** What any procedure may answer, besides the refusals of its own. */
export const generalRefusals = defineRefusals({
  INPUT_INVALID: [
    'BAD_REQUEST',
    'The input is not valid.',
    z.object({ fields: z.record(z.string(), z.array(z.string())) }),
  ],
  REQUEST_INVALID: ['BAD_REQUEST', 'The request could not be read.'],
  ORIGIN_REFUSED: ['FORBIDDEN', 'Pages of this origin may not do this.'],
  RATE_LIMITED: [
    'TOO_MANY_REQUESTS',
    'Too many attempts. Try again in {retryAfterSeconds} seconds.',
    z.object({ retryAfterSeconds: z.number() }),
  ],
  BUSY: [
    'SERVICE_UNAVAILABLE',
    'The service is busy. Try again in a moment.',
    z.object({ retryAfterSeconds: z.number() }),
  ],
  UNEXPECTED: ['INTERNAL_SERVER_ERROR', 'Something went wrong.', z.object({ requestId: z.string() })],
});
