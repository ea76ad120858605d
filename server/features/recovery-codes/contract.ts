import * as z from 'zod';

/** Ten of them. They are never shown again. */
export const recoveryCodes = z.array(z.string());

export const replaceOutput = z.object({
  status: z.literal('recoveryCodesReplaced'),
  recoveryCodes,
  /** The session's new token, for whoever sends it as a bearer token. */
  token: z.string().optional(),
});
export type Replaced = z.infer<typeof replaceOutput>;
