/** `latchkey/server`: what a host needs to hold Latchkey in its own app. */
export { createAuth } from '../create-auth.ts';
export type { Auth, AuthOptions } from '../auth.ts';
export type { AuthContext } from '../auth-context.ts';
export type { AuthEvent, EventKind, EventOf } from '../features/events/contract.ts';
export type { JwkSet, PublicJwk } from '../features/signing-keys/contract.ts';
export type { ListUsers, ManagedUser, NewUser, Users, WhichUser } from '../features/users/contract.ts';
export type { Letter, Letters, MailTemplates, MailValues } from '../mail/letters.ts';
export type { Mail, Mailer } from '../mail/mailer.ts';
export { ConfigError } from '../config.ts';
export { Unusable } from '../db/sqlite-file.ts';
export { Refusal } from '../kernel/refusal.ts';
export type { AppRouter } from '../router.ts';
export type {
  FactorVerifiedContext,
  RecentlyVerifiedContext,
  SignedInContext,
  TwoFactorContext,
} from '../signed-in-context.ts';

// What the inferred type of a host's router mentions: without a name to import, declarations of it could not be made.
export type { HostRefusal } from '../error-shapes.ts';
export type { ProcedureMeta } from '../kernel/procedure-meta.ts';
export type { GeneralRefusal, RefusalShape } from '../kernel/refusal-shape.ts';
