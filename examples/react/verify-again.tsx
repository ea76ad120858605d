import { useState } from 'react';
import type { ReactNode } from 'react';

import { AskAgain } from './attempt.ts';
import type { Method } from './auth.ts';
import { VerifyDialog } from './verify-dialog.tsx';

interface Waiting {
  methods: Method[];
  answer: (isVerified: boolean) => void;
}

/** Asks who is there where a call of any component in it needs that. */
export function VerifyAgain({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState<Waiting>();
  const askAgain = async (methods: Method[]): Promise<boolean> =>
    await new Promise((answer) => {
      setWaiting({ methods, answer });
    });
  const onClosed = (isVerified: boolean): void => {
    setWaiting(undefined);
    waiting?.answer(isVerified);
  };
  return (
    <AskAgain value={askAgain}>
      {children}
      {waiting && <VerifyDialog methods={waiting.methods} onClosed={onClosed} />}
    </AskAgain>
  );
}
