import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { password } from './ada.ts';

export async function verify(): Promise<string> {
  const [answer, error] = await safe(auth.sessions.verify.mutate({ password }));
  if (!error) return answer.session.verifiedAt;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'WRONG_PASSWORD':
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
