import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function logout(): Promise<string> {
  const [answer, error] = await safe(auth.logout.mutate());
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
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

export async function me(): Promise<string> {
  const [answer, error] = await safe(auth.me.query());
  if (!error) return answer ? `${answer.user.email} until ${answer.session.expiresAt}` : 'nobody';
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
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
