import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';

import type { Auth } from '../server/auth.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { defineRefusals } from '../server/kernel/refusals.ts';
import type { generalRefusals, RefusalOf } from '../server/kernel/refusals.ts';
import type { GeneralRefusal } from '../server/kernel/refusal-shape.ts';
import { newPasswordRefusals } from '../server/features/accounts/contract.ts';
import type { Statement } from '../server/db/database.ts';
import type { AuthEvent, EventOf, NewEvent } from '../server/features/events/contract.ts';
import type { AppRouter } from '../server/router.ts';

// The compiler checks this file; `npm test` runs it. Nothing here is called.
type Method = 'password' | 'totp' | 'passkey' | 'recoveryCode';
interface OwnSession {
  id: string;
  createdAt: string;
  factors: Method[];
  verifiedAt: string;
  factorVerifiedAt: string | null;
  expiresAt: string;
}
type Inputs = inferRouterInputs<AppRouter>['auth'];
type Outputs = inferRouterOutputs<AppRouter>['auth'];

test('inputs and outputs are what the contracts say', () => {
  expectTypeOf<Inputs['login']>().toEqualTypeOf<{
    email: string;
    password: string;
    deliver?: 'cookie' | 'token' | undefined;
  }>();
  expectTypeOf<Outputs['me']>().toEqualTypeOf<{
    user: {
      id: string;
      email: string;
      emailVerified: boolean;
      name: string | null;
      locale: string | null;
      createdAt: string;
    };
    session: OwnSession;
  } | null>();
  expectTypeOf<Outputs['logout']>().toEqualTypeOf<{ status: 'signedOut' }>();
  expectTypeOf<Inputs['passwordReset']>().toEqualTypeOf<{
    request: { email: string };
    complete: { token: string; newPassword: string };
  }>();
  expectTypeOf<Inputs['password']['change']>().toEqualTypeOf<{ currentPassword: string; newPassword: string }>();
  expectTypeOf<Outputs['password']['change']>().toEqualTypeOf<{
    status: 'passwordChanged';
    token?: string;
  }>();
  expectTypeOf<Inputs['sessions']['revoke']>().toEqualTypeOf<{ id: string }>();
  expectTypeOf<Omit<Outputs['sessions'], 'changes'>>().toEqualTypeOf<{
    verify: {
      status: 'verified';
      session: OwnSession;
      token?: string;
    };
    list: {
      sessions: {
        id: string;
        isCurrent: boolean;
        browser: string | null;
        system: string | null;
        address: string | null;
        factors: Method[];
        createdAt: string;
        lastSeenAt: string;
        verifiedAt: string;
        expiresAt: string;
      }[];
    };
    revoke: { status: 'revoked' | 'signedOut' };
    revokeOthers: { status: 'revoked'; count: number };
  }>();
  expectTypeOf<Outputs['passwordReset']>().toEqualTypeOf<{
    request: { status: 'checkYourMail' };
    complete: { status: 'passwordChanged' };
  }>();
  expectTypeOf<Inputs['email']>().toEqualTypeOf<{
    resend: { email: string };
    verify: { token: string };
    change: { email: string };
    confirmChange: { token: string };
    undoChange: { token: string };
  }>();
  expectTypeOf<Outputs['email']>().toEqualTypeOf<{
    resend: { status: 'checkYourMail' };
    verify: { status: 'emailVerified'; token?: string };
    change: { status: 'checkYourMail' };
    confirmChange: { status: 'emailChanged'; token?: string };
    undoChange: { status: 'emailRestored' };
  }>();
  expectTypeOf<Outputs['register']['status']>().toEqualTypeOf<'signedIn' | 'checkYourMail' | 'factorNeeded'>();
  expectTypeOf<Outputs['login']['status']>().toEqualTypeOf<'signedIn' | 'factorNeeded'>();
  expectTypeOf<Extract<Outputs['login'], { status: 'factorNeeded' }>>().toEqualTypeOf<{
    status: 'factorNeeded';
    methods: Exclude<Method, 'password'>[];
    proof: string;
    expiresAt: string;
  }>();
});

test('an event is one of a closed union, and each kind has its own fields', () => {
  expectTypeOf<AuthEvent['kind']>().toEqualTypeOf<
    | 'user.registered'
    | 'user.registeredAgain'
    | 'user.updated'
    | 'user.disabled'
    | 'user.enabled'
    | 'user.deleted'
    | 'user.sessionsEnded'
    | 'user.adminChanged'
    | 'totp.enabled'
    | 'totp.replaced'
    | 'totp.disabled'
    | 'passkey.added'
    | 'passkey.removed'
    | 'recoveryCodes.replaced'
    | 'recoveryCode.used'
    | 'factors.removed'
    | 'factor.refused'
    | 'password.changed'
    | 'email.verified'
    | 'email.changed'
    | 'session.started'
    | 'session.verified'
    | 'session.ended'
  >();
  expectTypeOf<keyof EventOf<'user.registered'>>().toEqualTypeOf<'id' | 'kind' | 'at' | 'userId'>();
  expectTypeOf<EventOf<'session.ended'>['by']>().toEqualTypeOf<'logout' | 'revoked'>();
  expectTypeOf<Extract<AuthEvent, { kind: 'session.started' }>['sessionId']>().toEqualTypeOf<string>();
});

export function listenersAreTypedByKind({ on }: Pick<Auth, 'on'>): void {
  on('session.ended', ({ by, at }) => {
    expectTypeOf(by).toEqualTypeOf<'logout' | 'revoked'>();
    expectTypeOf(at).toEqualTypeOf<Date>();
  });
  // @ts-expect-error -- a kind that there is not
  on('user.registred', () => {});
  // @ts-expect-error -- what no registration says
  on('user.registered', ({ sessionId }) => sessionId);
}

// @ts-expect-error -- nothing personal, and no more than the kind says
export const tooMuch: NewEvent = { kind: 'user.registered', userId: null, email: 'ada@example.com' };

type DeepKeys<T> = T extends object ? { [Key in keyof T]: Key | DeepKeys<T[Key]> }[keyof T] : never;

test('no output has a key for a hash', () => {
  // Below the names of procedures, of which one is `password`.
  expectTypeOf<Extract<DeepKeys<Outputs[keyof Outputs]>, 'passwordHash' | 'tokenHash' | 'password'>>().toBeNever();
});

test('a refusal is thrown with the reason and the details of its row, and no others', () => {
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT', { minimum: 8 })).toBeFunction();
  // @ts-expect-error the details are missing
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT')).toBeFunction();
  // @ts-expect-error no such reason
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TO_SHORT')).toBeFunction();
  // @ts-expect-error no such status
  defineRefusals({ TEAPOT: ['TEAPOT', 'Short and stout.'] });
});

test('the general refusals are written out as their rows say', () => {
  expectTypeOf<GeneralRefusal>().toEqualTypeOf<RefusalOf<typeof generalRefusals>>();
});

test('a promise is not a statement', () => {
  expectTypeOf<Promise<void>>().not.toExtend<Statement>();
});
