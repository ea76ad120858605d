import { refusalOf, safe } from 'latchkey-client';
import { createContext, use } from 'react';

import type { Call, Method, Outcome } from './auth.ts';

/** Asks to show again who is there, by one of these; whether it was shown. */
export const AskAgain = createContext<(methods: Method[]) => Promise<boolean>>(async () => false);

/**
 * Makes a call, and makes it again where the server wants to see first who is there and that was shown: the
 * password and, where the account has one, a second factor. Whoever will not show it gets the refusal.
 */
export function useAttempt(): <Answer>(call: () => Call<Answer>) => Promise<Outcome<Answer>> {
  const askAgain = use(AskAgain);
  return async (call) => {
    for (;;) {
      const outcome = await safe(call());
      const refusal = refusalOf(outcome[1]);
      if (refusal?.reason !== 'VERIFY_AGAIN' || !(await askAgain(refusal.methods))) return outcome;
    }
  };
}
