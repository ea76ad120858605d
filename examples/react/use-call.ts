import { useState } from 'react';

import { useAttempt } from './attempt.ts';
import type { Call, Failure } from './auth.ts';
import { faultsOf } from './faults.ts';
import type { Faults } from './faults.ts';

/** What happens when a call was answered; a text that comes back is shown. */
export type Done<Answer, Input> = (answer: Answer, input: Input) => Said | Promise<Said>;
export type Said = string | void | { fault: string };

/** What came of the last call. */
export interface Shown {
  faults: Faults;
  /** Where it was not done. */
  failure: Failure | undefined;
  /** Where it was. */
  said: string;
}
const nothing: Shown = { faults: {}, failure: undefined, said: '' };

/** Makes a call, and knows what came of it and whether an answer is awaited. */
export function useCall<Input, Answer>(call: (input: Input) => Call<Answer>, done?: Done<Answer, Input>) {
  const attempt = useAttempt();
  const [isBusy, setIsBusy] = useState(false);
  const [shown, show] = useState<Shown>(nothing);
  /** Whether it was done. */
  const run = async (input: Input): Promise<boolean> => {
    if (isBusy) return false;
    setIsBusy(true);
    show(nothing);
    const [answer, failure] = await attempt(() => call(input));
    if (failure) show({ ...nothing, failure, faults: faultsOf(failure) });
    const said = failure ? undefined : await done?.(answer, input);
    if (typeof said === 'object') show({ ...nothing, faults: { form: said.fault } });
    else if (!failure) show({ ...nothing, said: said ?? '' });
    setIsBusy(false);
    return !failure;
  };
  return { ...shown, isBusy, showFaults: (faults: Faults) => show({ ...nothing, faults }), run };
}
