import * as z from 'zod';

import { emailAddress, instant, password, personName } from '../../kernel/fields.ts';
import { defineRefusals } from '../../kernel/refusals.ts';
import { user } from '../sessions/contract.ts';

/** A person as the operator sees them. */
export const managedUser = user.extend({
  disabledAt: instant.nullable(),
  /** Since when they are an administrator, of whom `REQUIRE_SECOND_FACTOR=admins` asks for more. */
  adminSince: instant.nullable(),
});
export type ManagedUser = z.infer<typeof managedUser>;

/** Which one is meant: by id, or by an address in any spelling. */
export const whichUser = z.union([
  z.strictObject({ id: z.uuid().toLowerCase() }),
  z.strictObject({ email: emailAddress }),
]);
export type WhichUser = z.input<typeof whichUser>;

export const newUserInput = z.strictObject({
  email: emailAddress,
  password: password.optional(),
  name: personName.nullish(),
  /** Whether it is known that they read what is sent to the address; no mail asks them. */
  emailVerified: z.boolean().optional(),
});
export type NewUser = z.input<typeof newUserInput>;

/** Which ones: those that come after an id, so many at most, and of these those whose address begins so. */
export const listUsersInput = z.strictObject({
  cursor: z.uuid().toLowerCase().optional(),
  limit: z.int().min(1).max(1000).default(100),
  emailPrefix: z.string().max(254).toLowerCase().optional(),
});
export type ListUsers = z.input<typeof listUsersInput>;

export const userRefusals = defineRefusals({
  USER_UNKNOWN: ['NOT_FOUND', 'There is no such user.'],
  USER_DISABLED: ['CONFLICT', 'This user is disabled. Enable them first.'],
});

/**
 * What the operator, and a host for its own reasons, does to accounts: plain functions, for which
 * nobody has to be signed in. Instants are ISO 8601 in UTC. Except for `find`, each throws the
 * refusal USER_UNKNOWN where there is no such user.
 */
export interface Users {
  /** The user, or `null` where there is none. */
  find(which: WhichUser): Promise<ManagedUser | null>;
  /**
   * Some of the users, the oldest first: 100 unless `limit` says otherwise, 1,000 at most, and with `emailPrefix`
   * only those whose address begins with it. `nextCursor` goes on where they end; `null` where there are no more.
   *
   * @throws ZodError where what is asked for cannot be
   */
  list(which?: ListUsers): Promise<{ users: ManagedUser[]; nextCursor: string | null }>;
  /**
   * Makes an account and signs nobody in, also while `REGISTRATION` is closed. Without a password
   * nobody can log in to it until one is set by the link of a reset. No mail is sent: say
   * `emailVerified: true` where you know that the address is theirs.
   *
   * @throws ZodError where the address, the password or the name is none
   * @throws Refusal EMAIL_TAKEN, PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_GUESSABLE, PASSWORD_BREACHED, BUSY
   */
  create(user: NewUser): Promise<ManagedUser>;
  /**
   * Ends all sessions of the user at once, and all links but those that undo a change of the address,
   * which are of no use meanwhile, and lets nobody sign in any more. A second time changes nothing.
   */
  disable(id: string): Promise<ManagedUser>;
  /** Lets the user sign in again; what was ended stays so. A second time changes nothing. */
  enable(id: string): Promise<ManagedUser>;
  /**
   * Says whether the user is an administrator. What that means is the host's to say; here it is who must have a
   * second factor where `REQUIRE_SECOND_FACTOR` is `admins`. A second time changes nothing.
   */
  setAdmin(id: string, isAdmin: boolean): Promise<ManagedUser>;
  /**
   * Takes every second factor of the user, recovery codes too, and signs them out everywhere: for who has
   * lost all of them. Make sure first who is asking. Their password is enough from then on, and they are told by a mail.
   */
  removeFactors(id: string): Promise<ManagedUser>;
  /** Signs the user out everywhere, and resolves to how many sessions there were. */
  endSessions(id: string): Promise<number>;
  /**
   * A link by which whoever has it sets the user's password, once and within an hour; the one before
   * it is of no use any more. For when there is no mail: hand it over as you would a password.
   *
   * @throws Refusal USER_DISABLED
   */
  resetLink(id: string): Promise<{ url: string; expiresAt: string }>;
  /**
   * Deletes the user and all that is stored of them, at once and for good. Of their events it stays what
   * happened and when. Whoever listens to `user.deleted` gets the id once more.
   */
  delete(id: string): Promise<void>;
}
