import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';

export async function listSessions(): Promise<string> {
  const [answer, error] = await safe(auth.sessions.list.query());
  if (!error)
    return answer.sessions.map(({ browser, system, isCurrent }) => `${browser} ${system} ${isCurrent}`).join();
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
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

export async function revoke(id: string): Promise<string> {
  const [answer, error] = await safe(auth.sessions.revoke.mutate({ id }));
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join();
    case 'NOT_SIGNED_IN':
    case 'SESSION_ENDED':
    case 'SESSION_UNKNOWN':
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

export async function revokeOthers(): Promise<string> {
  const [answer, error] = await safe(auth.sessions.revokeOthers.mutate());
  if (!error) return `${answer.count} ended`;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
      return refusal.methods.join();
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
