import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function enrolTotp(): Promise<string> {
  const [answer, error] = await safe(auth.totp.enrol.mutate());
  if (!error) return answer.secret;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'TOTP_NOT_CONFIGURED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function confirmTotp(code: string): Promise<string> {
  const [answer, error] = await safe(auth.totp.confirm.mutate({ code }));
  if (!error) return answer.recoveryCodes?.join(' ') ?? answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'TOTP_NOT_CONFIGURED':
    case 'FACTOR_WRONG':
    case 'FACTOR_LOCKED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function disableTotp(): Promise<string> {
  const [answer, error] = await safe(auth.totp.disable.mutate());
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'FACTOR_UNKNOWN':
    case 'FACTOR_REQUIRED':
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}
