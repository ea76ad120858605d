import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { password } from './ada.ts';

export async function changePassword(newPassword: string): Promise<string> {
  const [answer, error] = await safe(auth.password.change.mutate({ currentPassword: password, newPassword }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PASSWORD_TOO_SHORT':
      return `${refusal.minimum} at least`;
    case 'PASSWORD_GUESSABLE':
      return refusal.because;
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'WRONG_PASSWORD':
    case 'VERIFY_AGAIN':
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
