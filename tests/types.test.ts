import { safe } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';

import { refusalOf } from '../client/index.ts';
import type { AuthClient } from '../client/index.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { defineRefusals } from '../server/kernel/refusals.ts';
import type { GeneralRefusal } from '../server/kernel/refusals.ts';
import { newPasswordRefusals } from '../server/features/accounts/contract.ts';
import type { Statement } from '../server/db/database.ts';
import type { AppRouter } from '../server/router.ts';

// The compiler checks this file; `npm test` runs it. Nothing here is called.
type Inputs = inferRouterInputs<AppRouter>['auth'];
type Outputs = inferRouterOutputs<AppRouter>['auth'];

test('inputs and outputs are what the contracts say', () => {
  expectTypeOf<Inputs['login']>().toEqualTypeOf<{
    email: string;
    password: string;
    deliver?: 'cookie' | 'token' | undefined;
  }>();
  expectTypeOf<Outputs['me']>().toEqualTypeOf<{
    user: { id: string; email: string; name: string | null; createdAt: string };
    session: { id: string; createdAt: string; expiresAt: string };
  } | null>();
  expectTypeOf<Outputs['logout']>().toEqualTypeOf<{ status: 'signedOut' }>();
});

type DeepKeys<T> = T extends object ? { [Key in keyof T]: Key | DeepKeys<T[Key]> }[keyof T] : never;

test('no output has a key for a hash', () => {
  expectTypeOf<Extract<DeepKeys<Outputs>, 'passwordHash' | 'tokenHash' | 'password'>>().toBeNever();
});

export async function eachProcedureHasAClosedUnionOfRefusals(auth: AuthClient): Promise<void> {
  const [, loginError] = await safe(auth.login.mutate({ email: '', password: '' }));
  expectTypeOf(refusalOf(loginError)).toEqualTypeOf<
    GeneralRefusal | { reason: 'WRONG_CREDENTIALS' } | { reason: 'TOKEN_NOT_FOR_PAGES' } | undefined
  >();
  const [, registerError] = await safe(auth.register.mutate({ email: '', password: '' }));
  expectTypeOf(refusalOf(registerError)).toEqualTypeOf<
    | GeneralRefusal
    | { reason: 'EMAIL_TAKEN' }
    | { reason: 'REGISTRATION_CLOSED' }
    | { reason: 'PASSWORD_TOO_SHORT'; minimum: number }
    | { reason: 'PASSWORD_COMMON' }
    | { reason: 'PASSWORD_GUESSABLE'; because: 'email' | 'product' | 'host' }
    | { reason: 'TOKEN_NOT_FOR_PAGES' }
    | undefined
  >();
  const [, meError] = await safe(auth.me.query());
  expectTypeOf(refusalOf(meError)).toEqualTypeOf<GeneralRefusal | { reason: 'SESSION_ENDED' } | undefined>();
}

export async function everyCase(auth: AuthClient): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email: '', password: '' }));
  if (!error) return answer.user.email;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'WRONG_CREDENTIALS':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    case undefined:
      return 'offline';
  }
}

// @ts-expect-error a case is missing, so not every way returns
export async function caseMissing(auth: AuthClient): Promise<string> {
  const [, error] = await safe(auth.login.mutate({ email: '', password: '' }));
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'TOKEN_NOT_FOR_PAGES':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
    case 'RATE_LIMITED':
    case 'BUSY':
    case 'UNEXPECTED':
    case undefined:
      return 'WRONG_CREDENTIALS was forgotten';
  }
}

export async function nothingLeft(auth: AuthClient): Promise<void> {
  const [, error] = await safe(auth.me.query());
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
    case 'RATE_LIMITED':
    case 'BUSY':
    case 'UNEXPECTED':
      break;
    default:
      refusal satisfies undefined;
  }
  switch (refusal?.reason) {
    case 'SESSION_ENDED':
      break;
    default:
      // @ts-expect-error cases are missing
      refusal satisfies undefined;
  }
}

export async function unknownReason(auth: AuthClient): Promise<boolean> {
  const [, error] = await safe(auth.login.mutate({ email: '', password: '' }));
  // @ts-expect-error not a refusal of login
  return refusalOf(error)?.reason === 'EMAIL_TAKEN';
}

test('a refusal is thrown with the reason and the details of its row, and no others', () => {
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT', { minimum: 8 })).toBeFunction();
  // @ts-expect-error the details are missing
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT')).toBeFunction();
  // @ts-expect-error no such reason
  expectTypeOf(() => new Refusal(newPasswordRefusals, 'PASSWORD_TO_SHORT')).toBeFunction();
  // @ts-expect-error no such status
  defineRefusals({ TEAPOT: ['TEAPOT', 'Short and stout.'] });
});

test('a promise is not a statement', () => {
  expectTypeOf<Promise<void>>().not.toExtend<Statement>();
});
