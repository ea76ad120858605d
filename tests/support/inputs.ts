import type { z } from 'zod';

import { appRouter } from '../../server/router.ts';

// tRPC keeps the schemas of a procedure, and its types do not say so.
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { inputs: z.ZodType[] } }>;

/** The schema of every input, under the name of its procedure. */
export const inputs = Object.entries(procedures).flatMap(([procedure, { _def }]) =>
  _def.inputs.map((input) => [procedure, input] as const),
);
