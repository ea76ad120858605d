import * as z from 'zod';

import { instant } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { method } from '../methods/contract.ts';

/** One session, as its owner recognises it. */
const device = z.object({
  id: z.uuid(),
  /** Whether it is the one that asks. */
  isCurrent: z.boolean(),
  /** Such as `Firefox 152`; `null` where it is not known. */
  browser: z.string().nullable(),
  /** Such as `Windows`; `null` where it is not known. */
  system: z.string().nullable(),
  /** IP address at sign-in. */
  address: z.string().nullable(),
  /** What was shown in it, at sign-in or later. */
  factors: z.array(method),
  createdAt: instant,
  /** To within an hour. */
  lastSeenAt: instant,
  verifiedAt: instant,
  expiresAt: instant,
});
export type Device = z.infer<typeof device>;

export const listOutput = z.object({
  /** The one that was used last comes first. */
  sessions: z.array(device),
});
export type Devices = z.infer<typeof listOutput>;

export const revokeInput = z.strictObject(
  { id: z.uuid({ error: 'Must be the id of a session.' }).toLowerCase().describe('the `id` of a session') },
  { error: 'Must be an object of fields.' },
);
export type Revoke = z.infer<typeof revokeInput>;

/** `signedOut` where it was the caller's own. */
export const revokeOutput = z.object({ status: z.enum(['revoked', 'signedOut']) });
export type Revoked = z.infer<typeof revokeOutput>;

export const revokeOthersOutput = z.object({
  status: z.literal('revoked'),
  /** How many have ended. */
  count: z.number(),
});
export type RevokedOthers = z.infer<typeof revokeOthersOutput>;

export const deviceRefusals = defineRefusals({
  SESSION_UNKNOWN: ['NOT_FOUND', 'You have no such session. It may have ended already.'],
});
