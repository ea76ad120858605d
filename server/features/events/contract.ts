import * as z from 'zod';

import { instant } from '../../kernel/fields.ts';
import { method } from '../methods/contract.ts';

/**
 * What happened to accounts, a line for each kind: what it says besides who and when. Nothing
 * personal, for events outlive the account. What is stored is cut to this.
 */
export const eventKinds = {
  /** By themselves, or by the operator. */
  'user.registered': z.object({}),
  /** Somebody tried to register the address of the account, where that is not told to them. */
  'user.registeredAgain': z.object({}),
  /** Their name or language. */
  'user.updated': z.object({}),
  /** All sessions end with it, and all links but those that undo a change of the address. */
  'user.disabled': z.object({}),
  'user.enabled': z.object({}),
  /** All that was theirs is gone; what a host has stored of them is the host's to delete. */
  'user.deleted': z.object({}),
  /** By the operator all of them at once, by their owner all but the one that did it. */
  'user.sessionsEnded': z.object({ by: z.enum(['operator', 'owner']) }),
  /** Other sessions end with it: by a reset all of them, by its owner all but the one that did it. */
  'password.changed': z.object({ by: z.enum(['reset', 'owner']) }),
  /** It was proved that the account's address is read. */
  'email.verified': z.object({}),
  /** The account has another address. All other sessions end with it; by an undo, all of them. */
  'email.changed': z.object({ by: z.enum(['owner', 'undo']) }),
  /** The operator has made them an administrator, or no more one. */
  'user.adminChanged': z.object({ isAdmin: z.boolean() }),
  /** The account has an authenticator app. Sessions in which only the password was shown end with it. */
  'totp.enabled': z.object({}),
  /** It has another one, and the one before is of no use. Other sessions end with it. */
  'totp.replaced': z.object({}),
  /** Or no more one. Other sessions end with it. */
  'totp.disabled': z.object({}),
  /** The same of a passkey. */
  'passkey.added': z.object({ passkeyId: z.uuid() }),
  'passkey.removed': z.object({ passkeyId: z.uuid() }),
  /** Ten new ones in the place of all others. Other sessions end with it. */
  'recoveryCodes.replaced': z.object({}),
  /** One of them took the place of a factor; so many are left. */
  'recoveryCode.used': z.object({ left: z.int().min(0) }),
  /** By the operator or by the first proof of the address all that there were, by the undo of a changed address those of the last days. All sessions end with it. */
  'factors.removed': z.object({ by: z.enum(['operator', 'reset', 'undo']) }),
  /** Several wrong codes in a row, from somebody who knows the password. */
  'factor.refused': z.object({}),
  /** After so many wrong passwords and codes since the last right one. */
  'session.started': z.object({
    sessionId: z.uuid(),
    factors: z.array(method),
    failuresBefore: z.int().min(0),
  }),
  /** Who is there was proved again, after so many wrong passwords and codes since the last right one. */
  'session.verified': z.object({
    sessionId: z.uuid(),
    by: method.default('password'),
    // Of one that was stored before this was.
    failuresBefore: z.int().min(0).default(0),
  }),
  /** By its owner, there or from another one. Those whose time is over, that a new sign-in replaces, or that are too many end without an event. */
  'session.ended': z.object({ sessionId: z.uuid(), by: z.enum(['logout', 'revoked']) }),
};

export type EventKind = keyof typeof eventKinds;

const device = z.object({ browser: z.string().nullable(), system: z.string().nullable() });

/** What the table has besides: personal, so it goes with the account, and no listener, job or log has it. */
export const ofOwner = {
  'session.started': device,
  'session.verified': device,
};

type Parsed<Kind extends EventKind> = z.infer<(typeof eventKinds)[Kind]>;

/** Without the index signature that zod gives to an object of no fields, which would forbid every other field. */
type DataOf<Kind extends EventKind> = {
  [Field in keyof Parsed<Kind> as string extends Field ? never : Field]: Parsed<Kind>[Field];
};

/** An event of one kind, as a listener gets it. */
export type EventOf<Kind extends EventKind> = {
  /** The same each time that it is delivered: what to be idempotent by. */
  id: string;
  kind: Kind;
  at: Date;
  /** Whose account. Who acts on it may find that it is gone by now. */
  userId: string | null;
} & DataOf<Kind>;

/** An event of any kind: a closed union by `kind`. */
export type AuthEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind];

/** What a host does at an event. It may be called again with the same one. A promise is awaited; what it is of is not looked at. */
export type Listener<Kind extends EventKind> = (event: EventOf<Kind>, about: { signal: AbortSignal }) => unknown;

export type Listen = <Kind extends EventKind>(kind: Kind, listener: Listener<Kind>) => void;

type OfOwner<Kind extends EventKind> = Kind extends keyof typeof ofOwner ? z.infer<(typeof ofOwner)[Kind]> : object;

/** One that is about to be stored. */
export type NewEvent = {
  [Kind in EventKind]: { kind: Kind; userId: string | null } & DataOf<Kind> & OfOwner<Kind>;
}[EventKind];

const ownEventOf = <Kind extends EventKind, Data extends z.ZodObject>(kind: Kind, data: Data) =>
  z.object({
    id: z.uuid(),
    kind: z.literal(kind),
    at: instant,
    /** From where; `null` where it was the operator, or a link of theirs. */
    address: z.string().nullable(),
    /** The session that did it, which may be over. */
    sessionId: z.uuid().nullable(),
    /** What else is said of this kind. */
    data,
  });

/** An event as the account's owner sees it: all that is stored of it. */
export const ownEvent = z.discriminatedUnion('kind', [
  ownEventOf('user.registered', eventKinds['user.registered']),
  ownEventOf('user.registeredAgain', eventKinds['user.registeredAgain']),
  ownEventOf('user.updated', eventKinds['user.updated']),
  ownEventOf('user.disabled', eventKinds['user.disabled']),
  ownEventOf('user.enabled', eventKinds['user.enabled']),
  ownEventOf('user.sessionsEnded', eventKinds['user.sessionsEnded']),
  ownEventOf('password.changed', eventKinds['password.changed']),
  ownEventOf('email.verified', eventKinds['email.verified']),
  ownEventOf('email.changed', eventKinds['email.changed']),
  ownEventOf('user.adminChanged', eventKinds['user.adminChanged']),
  ownEventOf('totp.enabled', eventKinds['totp.enabled']),
  ownEventOf('totp.replaced', eventKinds['totp.replaced']),
  ownEventOf('totp.disabled', eventKinds['totp.disabled']),
  ownEventOf('passkey.added', eventKinds['passkey.added']),
  ownEventOf('passkey.removed', eventKinds['passkey.removed']),
  ownEventOf('recoveryCodes.replaced', eventKinds['recoveryCodes.replaced']),
  ownEventOf('recoveryCode.used', eventKinds['recoveryCode.used']),
  ownEventOf('factors.removed', eventKinds['factors.removed']),
  ownEventOf('factor.refused', eventKinds['factor.refused']),
  ownEventOf('session.started', eventKinds['session.started'].extend(ofOwner['session.started'].partial().shape)),
  ownEventOf('session.verified', eventKinds['session.verified'].extend(ofOwner['session.verified'].partial().shape)),
  ownEventOf('session.ended', eventKinds['session.ended']),
]);
export type OwnEvent = z.infer<typeof ownEvent>;

export const envelope = z.object({ id: z.uuid(), at: z.coerce.date(), userId: z.uuid().nullable() });
