import { safe } from '@trpc/client';
import { expect, expectTypeOf, test } from 'vitest';

import { refusalOf } from '../client/index.ts';
import type { AuthClient } from '../client/index.ts';
import type { GeneralRefusal } from '../server/kernel/refusal-shape.ts';

// The compiler checks this file; nothing here is called.
type Method = 'password' | 'totp' | 'passkey' | 'recoveryCode';

type CallerRefusal = { reason: 'NOT_SIGNED_IN' } | { reason: 'SESSION_ENDED' };

export async function eachProcedureHasAClosedUnionOfRefusals(auth: AuthClient): Promise<void> {
  const [, loginError] = await safe(auth.login.mutate({ email: '', password: '' }));
  expectTypeOf(refusalOf(loginError)).toEqualTypeOf<
    | GeneralRefusal
    | { reason: 'WRONG_CREDENTIALS' }
    | { reason: 'ACCOUNT_DISABLED' }
    | { reason: 'TOKEN_NOT_FOR_PAGES' }
    | undefined
  >();
  const [, registerError] = await safe(auth.register.mutate({ email: '', password: '' }));
  expectTypeOf(refusalOf(registerError)).toEqualTypeOf<
    | GeneralRefusal
    | { reason: 'EMAIL_TAKEN' }
    | { reason: 'REGISTRATION_CLOSED' }
    | { reason: 'PASSWORD_TOO_SHORT'; minimum: number }
    | { reason: 'PASSWORD_COMMON' }
    | { reason: 'PASSWORD_BREACHED' }
    | { reason: 'PASSWORD_GUESSABLE'; because: 'email' | 'product' | 'host' }
    | { reason: 'TOKEN_NOT_FOR_PAGES' }
    | undefined
  >();
  const [, requestError] = await safe(auth.passwordReset.request.mutate({ email: '' }));
  expectTypeOf(refusalOf(requestError)).toEqualTypeOf<GeneralRefusal | { reason: 'MAIL_NOT_CONFIGURED' } | undefined>();
  const [, completeError] = await safe(auth.passwordReset.complete.mutate({ token: '', newPassword: '' }));
  expectTypeOf(refusalOf(completeError)).toEqualTypeOf<
    | GeneralRefusal
    | { reason: 'LINK_SPENT' }
    | { reason: 'PASSWORD_TOO_SHORT'; minimum: number }
    | { reason: 'PASSWORD_COMMON' }
    | { reason: 'PASSWORD_BREACHED' }
    | { reason: 'PASSWORD_GUESSABLE'; because: 'email' | 'product' | 'host' }
    | undefined
  >();
  const [, listError] = await safe(auth.sessions.list.query());
  expectTypeOf(refusalOf(listError)).toEqualTypeOf<GeneralRefusal | CallerRefusal | undefined>();
  const [, revokeError] = await safe(auth.sessions.revoke.mutate({ id: '' }));
  expectTypeOf(refusalOf(revokeError)).toEqualTypeOf<
    | GeneralRefusal
    | CallerRefusal
    | { reason: 'VERIFY_AGAIN'; methods: Method[] }
    | { reason: 'SESSION_UNKNOWN' }
    | undefined
  >();
  const [, changeError] = await safe(auth.password.change.mutate({ currentPassword: '', newPassword: '' }));
  expectTypeOf(refusalOf(changeError)).toEqualTypeOf<
    | GeneralRefusal
    | CallerRefusal
    | { reason: 'VERIFY_AGAIN'; methods: Method[] }
    | { reason: 'WRONG_PASSWORD' }
    | { reason: 'PASSWORD_TOO_SHORT'; minimum: number }
    | { reason: 'PASSWORD_COMMON' }
    | { reason: 'PASSWORD_BREACHED' }
    | { reason: 'PASSWORD_GUESSABLE'; because: 'email' | 'product' | 'host' }
    | undefined
  >();
  const [, addressError] = await safe(auth.email.change.mutate({ email: '' }));
  expectTypeOf(refusalOf(addressError)).toEqualTypeOf<
    | GeneralRefusal
    | CallerRefusal
    | { reason: 'VERIFY_AGAIN'; methods: Method[] }
    | { reason: 'MAIL_NOT_CONFIGURED' }
    | undefined
  >();
  const [, confirmError] = await safe(auth.email.confirmChange.mutate({ token: '' }));
  expectTypeOf(refusalOf(confirmError)).toEqualTypeOf<
    GeneralRefusal | { reason: 'LINK_SPENT' } | { reason: 'EMAIL_TAKEN' } | undefined
  >();
  const [, deleteError] = await safe(auth.account.delete.mutate());
  expectTypeOf(refusalOf(deleteError)).toEqualTypeOf<
    | GeneralRefusal
    | CallerRefusal
    | { reason: 'VERIFY_AGAIN'; methods: Method[] }
    | { reason: 'ADDRESS_CHANGED_LATELY'; until: string }
    | undefined
  >();
  const [, meError] = await safe(auth.me.query());
  expectTypeOf(refusalOf(meError)).toEqualTypeOf<GeneralRefusal | { reason: 'SESSION_ENDED' } | undefined>();
  // Of one procedure or another.
  const ofEither = (error: typeof loginError | typeof meError) => refusalOf(error);
  expectTypeOf(ofEither).returns.toEqualTypeOf<
    | GeneralRefusal
    | { reason: 'SESSION_ENDED' }
    | { reason: 'WRONG_CREDENTIALS' }
    | { reason: 'ACCOUNT_DISABLED' }
    | { reason: 'TOKEN_NOT_FOR_PAGES' }
    | undefined
  >();
}

export async function everyCase(auth: AuthClient): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email: '', password: '' }));
  // A second factor is a case that the compiler makes one handle.
  // @ts-expect-error nobody may be signed in yet
  if (!error && answer.user) return answer.user.email;
  if (!error) return answer.status === 'signedIn' ? answer.user.email : answer.methods.join(' ');
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'WRONG_CREDENTIALS':
    case 'ACCOUNT_DISABLED':
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
    case 'ACCOUNT_DISABLED':
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

test('each procedure has a closed union of refusals, which the compiler has checked', () => {
  expect(eachProcedureHasAClosedUnionOfRefusals).toBeTypeOf('function');
});
