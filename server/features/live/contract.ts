import * as z from 'zod';

import { defineRefusals } from '../../kernel/refusals.ts';
import type { EventKind, EventOf } from '../events/contract.ts';

/** Why to ask `me` again. */
export const signal = z.object({
  reason: z.enum([
    /** The first of every stream: ask, and nothing is missed from then on. */
    'connected',
    /** The server was deaf for a moment. */
    'missed',
    'accountChanged',
    'emailVerified',
    'verified',
    'signedInElsewhere',
    // With each of these this session or others of the account have ended.
    'signedOut',
    'revoked',
    'sessionsEnded',
    'passwordChanged',
    'emailChanged',
    'factorsChanged',
    'accountDisabled',
    'accountDeleted',
    /** Its time is over. */
    'expired',
    /** It is over, and nobody has told by what: a new sign-in in the same browser, or what was missed. */
    'ended',
  ]),
});
export type Signal = z.infer<typeof signal>;
export type SignalReason = Signal['reason'];

/** A line for each kind of event, so that none can be added without saying what it is here. */
const reasons: Record<Exclude<EventKind, 'session.ended'>, SignalReason> = {
  'user.registered': 'accountChanged',
  'user.registeredAgain': 'accountChanged',
  'user.updated': 'accountChanged',
  'user.disabled': 'accountDisabled',
  'user.enabled': 'accountChanged',
  'user.deleted': 'accountDeleted',
  'user.sessionsEnded': 'sessionsEnded',
  'password.changed': 'passwordChanged',
  'email.verified': 'emailVerified',
  'email.changed': 'emailChanged',
  'user.adminChanged': 'accountChanged',
  'totp.enabled': 'factorsChanged',
  'totp.replaced': 'factorsChanged',
  'totp.disabled': 'factorsChanged',
  'passkey.added': 'factorsChanged',
  'passkey.removed': 'factorsChanged',
  'recoveryCodes.replaced': 'factorsChanged',
  'recoveryCode.used': 'factorsChanged',
  'factors.removed': 'factorsChanged',
  'factor.refused': 'accountChanged',
  'session.started': 'signedInElsewhere',
  'session.verified': 'verified',
};

const reasonsOfEnd: Record<EventOf<'session.ended'>['by'], SignalReason> = {
  logout: 'signedOut',
  revoked: 'revoked',
};

/** What an event is for who follows a session. One of a newer version, in another process, is a change of the account. */
export function reasonOf({ kind, by = '' }: { kind: string; by?: string | undefined }): SignalReason {
  const [known, name] = kind === 'session.ended' ? [reasonsOfEnd, by] : [reasons, kind];
  return new Map<string, SignalReason>(Object.entries(known)).get(name) ?? 'accountChanged';
}

const ends: ReadonlySet<string> = new Set<EventKind>([
  'user.disabled',
  'user.deleted',
  'user.sessionsEnded',
  'password.changed',
  'email.changed',
  'user.adminChanged',
  'totp.enabled',
  'totp.replaced',
  'totp.disabled',
  'passkey.added',
  'passkey.removed',
  'recoveryCodes.replaced',
  'factors.removed',
]);

/** Whether it may have ended this session. */
export const mayEnd = (event: { kind: string; sessionId?: string | null | undefined }, sessionId: string): boolean =>
  event.kind === 'session.ended' ? event.sessionId === sessionId : ends.has(event.kind);

/** Whether it is the beginning of this very session: told late, to a stream that was quicker, it is no news. */
export const isOwnBeginning = (event: { kind: string; sessionId?: string | null | undefined }, sessionId: string) =>
  event.kind === 'session.started' && event.sessionId === sessionId;

const isAsyncIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** One signal after the other, each cut to its schema. */
export const signals = z
  .custom<AsyncIterable<Signal, void>>(isAsyncIterable)
  .transform(async function* cut(given): AsyncGenerator<Signal, void> {
    for await (const one of given) yield signal.parse(one);
  });

export const liveRefusals = defineRefusals({
  TOO_MANY_STREAMS: ['TOO_MANY_REQUESTS', 'Too many pages and devices follow this account at once. Close some.'],
});
