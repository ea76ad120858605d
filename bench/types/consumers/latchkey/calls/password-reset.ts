import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { email, password } from './ada.ts';

export async function requestPasswordReset(): Promise<string> {
  const [answer, error] = await safe(auth.passwordReset.request.mutate({ email }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'MAIL_NOT_CONFIGURED':
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

export async function completePasswordReset(token: string): Promise<string> {
  const [answer, error] = await safe(auth.passwordReset.complete.mutate({ token, newPassword: password }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PASSWORD_TOO_SHORT':
      return `${refusal.minimum} at least`;
    case 'PASSWORD_GUESSABLE':
      return refusal.because;
    case 'LINK_SPENT':
    case 'PASSWORD_COMMON':
    case 'PASSWORD_BREACHED':
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
