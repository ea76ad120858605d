import { refusalOf } from 'latchkey/client';

import { auth } from '../auth.ts';

export function followSession(): () => void {
  const { unsubscribe } = auth.sessions.changes.subscribe(undefined, {
    onData: ({ reason }) => console.log(reason satisfies string),
    onError: (error) => {
      const refusal = refusalOf(error);
      switch (refusal?.reason) {
        case 'NOT_SIGNED_IN':
        case 'SESSION_ENDED':
        case 'TOO_MANY_STREAMS':
        case 'INPUT_INVALID':
        case 'REQUEST_INVALID':
        case 'ORIGIN_REFUSED':
          return console.log(error.message);
        case 'BUSY':
        case 'RATE_LIMITED':
          return console.log(refusal.retryAfterSeconds);
        case 'UNEXPECTED':
          return console.log(refusal.requestId);
        default:
          refusal satisfies undefined;
      }
    },
  });
  return unsubscribe;
}
