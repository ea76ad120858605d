import { safe } from 'latchkey-client';
import { createPasskey, NoPasskey, usePasskey } from 'latchkey-client/passkeys';

import type { Call } from '../auth.ts';
import { faultsOf } from '../faults.ts';
import type { Done, Said } from '../use-call.ts';

// By another name: it is no hook of React.
export { createPasskey as madePasskey, usePasskey as usedPasskey };

/** Lets the browser make or use a passkey, sends it, and says what came of it. */
export async function throughBrowser<Made, Answer>(
  make: () => Promise<Made>,
  send: (made: Made) => Call<Answer>,
  done: Done<Answer, Made>,
): Promise<Said> {
  try {
    const made = await make();
    const [answer, failure] = await safe(send(made));
    return failure ? { fault: Object.values(faultsOf(failure))[0] ?? '' } : await done(answer, made);
  } catch (error) {
    if (error instanceof NoPasskey) return { fault: inWords[error.because] };
    throw error;
  }
}

const inWords: Record<NoPasskey['because'], string> = {
  cancelled: 'The browser has used no passkey.',
  known: 'This device has a passkey for your account already.',
  late: 'That took too long. Try again.',
  impossible: 'This browser has no passkeys for this site.',
};
