import type { SafeResult, TRPCPromise } from '@trpc/client';
import { createAuthClient, sessionOf } from 'latchkey-client';
import type { AuthClient, SessionState } from 'latchkey-client';

export const auth = createAuthClient({ url: import.meta.env.VITE_AUTH_URL ?? 'http://localhost:3000' });
export const session = sessionOf(auth);

/** What the errors of all procedures may look like. */
type Shape = ShapesIn<AuthClient>;
type ShapesIn<Part> = Part extends (...input: never) => TRPCPromise<unknown, infer Shape>
  ? Shape
  : { [Name in keyof Part]: ShapesIn<Part[Name]> }[keyof Part];

/** A call of any procedure, on its way. */
export type Call<Answer> = TRPCPromise<Answer, Shape>;
/** What came of it. */
export type Outcome<Answer> = SafeResult<Answer, Shape>;
/** Why it was not done. */
export type Failure = NonNullable<Outcome<unknown>[1]>;

/** Whoever is signed in. */
export type User = Extract<SessionState, { status: 'signedIn' }>['user'];
/** One session of theirs. */
export type Session = Awaited<ReturnType<typeof auth.sessions.list.query>>['sessions'][number];
/** Something that happened to their account. */
export type AccountEvent = Awaited<ReturnType<typeof auth.account.events.query>>['events'][number];

/** The half of a login that the password was; what else is needed. */
export type FactorNeeded = Extract<Awaited<ReturnType<typeof auth.login.mutate>>, { status: 'factorNeeded' }>;
/** What an account may have besides its password. */
export type Factor = Exclude<Method, 'password'>;
/** One of them, as it is shown. */
export type Given = Parameters<typeof auth.factors.verify.mutate>[0]['factor'];
/** One that is typed. */
export type Code = Extract<Given, { code: string }>;
/** What an authenticator app takes. */
export type Offer = Awaited<ReturnType<typeof auth.totp.enrol.mutate>>;
/** What a passkey is to sign. */
export type Asked = Awaited<ReturnType<typeof auth.factors.challenge.mutate>>;
/** By which it may be shown again who is there. */
export type Method = Extract<SessionState, { status: 'signedIn' }>['session']['factors'][number];
/** One passkey of an account. */
export type Passkey = Awaited<ReturnType<typeof auth.passkeys.list.query>>['passkeys'][number];
