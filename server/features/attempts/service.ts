import type { Call } from '../../deps.ts';
import { Refusal } from '../../kernel/refusal.ts';
import type { Attempt } from '../../limits/limiter.ts';

/** It counts as a failure, however it ends: nobody has proved anything by it, or nobody will see that they have. */
export const unproved = <Counted extends Attempt>(attempt: Counted): Counted => ({
  ...attempt,
  succeeded: async () => await attempt.failed(),
});

/** Does what was counted, and says how it ended. Trouble in saying so changes no answer. */
export async function settled<Result>(
  call: Call<'log'>,
  attempt: Attempt,
  work: () => Promise<Result>,
): Promise<Result> {
  const { requestId, address } = call.request;
  const said = async (saying: Promise<void>): Promise<void> =>
    await saying.catch((err: unknown) => call.deps.log.warn({ event: 'limits.notSettled', requestId, address, err }));
  try {
    const result = await work();
    if (result === undefined) await said(attempt.failed());
    else await said(attempt.succeeded());
    return result;
  } catch (error) {
    // Busy hashing looked at no password, and a busy database only stores for a right one.
    if (error instanceof Refusal && error.refusal.reason === 'BUSY') await said(attempt.notTried());
    else await said(attempt.failed());
    throw error;
  }
}
