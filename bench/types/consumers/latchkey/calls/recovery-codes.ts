import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function replaceRecoveryCodes(): Promise<string> {
  const [answer, error] = await safe(auth.recoveryCodes.replace.mutate());
  if (!error) return answer.recoveryCodes.join(' ');
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join(' ');
    case 'SECOND_FACTOR_NEEDED':
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
