import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { email } from './ada.ts';

export async function resendVerification(): Promise<string> {
  const [answer, error] = await safe(auth.email.resend.mutate({ email }));
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

export async function verifyEmail(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.verify.mutate({ token }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'LINK_SPENT':
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

export async function changeEmail(): Promise<string> {
  const [answer, error] = await safe(auth.email.change.mutate({ email }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' or ');
    case 'MAIL_NOT_CONFIGURED':
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

export async function confirmEmailChange(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.confirmChange.mutate({ token }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'LINK_SPENT':
    case 'EMAIL_TAKEN':
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

export async function undoEmailChange(token: string): Promise<string> {
  const [answer, error] = await safe(auth.email.undoChange.mutate({ token }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'LINK_SPENT':
    case 'EMAIL_TAKEN':
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
