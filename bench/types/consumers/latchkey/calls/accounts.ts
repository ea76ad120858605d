import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { email, password } from './ada.ts';

export async function register(): Promise<string> {
  const [answer, error] = await safe(auth.register.mutate({ email, password, name: 'Ada' }));
  if (!error) return answer.status === 'signedIn' ? answer.user.email : answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'PASSWORD_TOO_SHORT':
      return `${refusal.minimum} at least`;
    case 'PASSWORD_GUESSABLE':
      return refusal.because;
    case 'EMAIL_TAKEN':
    case 'REGISTRATION_CLOSED':
    case 'PASSWORD_COMMON':
    case 'PASSWORD_BREACHED':
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
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}

export async function login(): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email, password }));
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
    default:
      refusal satisfies undefined;
      return 'offline';
  }
}
