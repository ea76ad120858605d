import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function issueToken(): Promise<string> {
  const [answer, error] = await safe(auth.token.issue.mutate({ audience: 'https://api.example.com' }));
  if (!error) return `${answer.jwt} until ${answer.expiresAt}`;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'TOKENS_NOT_CONFIGURED':
    case 'AUDIENCE_UNKNOWN':
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
