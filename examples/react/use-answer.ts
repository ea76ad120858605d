import { useEffect, useState } from 'react';

import { useAttempt } from './attempt.ts';
import type { Call } from './auth.ts';
import { faultsOf } from './faults.ts';

/** What the server answers to a question, which is asked again when `changes` has changed. Until then the last answer stays. */
export function useAnswer<Answer>(ask: () => Call<Answer>, changes: number) {
  const attempt = useAttempt();
  const [state, setState] = useState<{ answer?: Answer; fault?: string | undefined }>({});
  useEffect(() => {
    let isWanted = true;
    void (async () => {
      const [answer, failure] = await attempt(ask);
      if (!isWanted) return;
      if (failure) setState((last) => ({ ...last, fault: faultsOf(failure).form }));
      else setState({ answer });
    })();
    return () => {
      isWanted = false;
    };
    // `ask` and `attempt` are others each time, and mean the same.
  }, [changes]);
  return state;
}
