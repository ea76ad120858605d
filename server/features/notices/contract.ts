import * as z from 'zod';

import type { EventKind } from '../events/contract.ts';

/** What a person is told of by a mail, because it may not have been them (ASVS 6.3.5, 6.3.7). */
const noticedKinds = new Set<EventKind>([
  'password.changed',
  'session.started',
  'session.verified',
  'totp.enabled',
  'totp.replaced',
  'totp.disabled',
  'passkey.added',
  'passkey.removed',
  'recoveryCodes.replaced',
  'recoveryCode.used',
  'factors.removed',
  'factor.refused',
]);

/** Of these there may be many, and only some are news. */
export const isSignIn = (kind: string): boolean => kind === 'session.started' || kind === 'session.verified';

export const isNoticed = (kind: EventKind): boolean => noticedKinds.has(kind);

/** The job that decides whether there is something to say, and says it. */
export const noticeJob = z.object({ mail: z.literal('notice'), eventId: z.uuid() });
export type NoticeJob = z.infer<typeof noticeJob>;
