import { refusalOf, safe } from 'latchkey/client';

import { auth } from '../auth.ts';
import { email } from './ada.ts';

export async function updateAccount(): Promise<string> {
  const [answer, error] = await safe(auth.account.update.mutate({ name: 'Ada', locale: 'de' }));
  if (!error) return answer.user.name ?? email;
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

export async function deleteAccount(): Promise<string> {
  const [answer, error] = await safe(auth.account.delete.mutate());
  if (!error) return answer.status;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'ADDRESS_CHANGED_LATELY':
      return `not before ${refusal.until}`;
    case 'VERIFY_AGAIN':
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

export async function exportAccount(): Promise<string> {
  const [answer, error] = await safe(auth.account.export.query());
  if (!error) return answer.user.email;
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'VERIFY_AGAIN':
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

export async function accountEvents(): Promise<string> {
  const [answer, error] = await safe(auth.account.events.query({ limit: 3 }));
  if (!error) return answer.events.map(({ kind }) => kind).join();
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
