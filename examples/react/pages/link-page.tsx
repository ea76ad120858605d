import { refusalOf } from 'latchkey-client';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { Action } from '../action.tsx';
import { session } from '../auth.ts';
import type { Call } from '../auth.ts';
import { Page } from '../page.tsx';
import { Notice } from './notice.tsx';

interface LinkPageProps {
  heading: string;
  button: string;
  token: string;
  call: (input: { token: string }) => Call<unknown>;
  doneHeading: string;
  /** What is there to do without a link that works. */
  otherwise: ReactNode;
  children: ReactNode;
}

/**
 * Where the link of a mail leads to. Nothing is done before somebody presses the button: what opens
 * links by itself, such as a program that looks for harmful ones, must not use them up.
 */
export function LinkPage({ heading, button, token, call, doneHeading, otherwise, children }: LinkPageProps) {
  const [isDone, setIsDone] = useState(false);
  if (isDone) return <Notice heading={doneHeading} />;
  if (!token)
    return (
      <Notice heading={heading}>
        <p>This page needs the link of our mail: open it from there again.</p>
        {otherwise}
      </Notice>
    );
  const done = async (): Promise<void> => {
    await session.refresh();
    setIsDone(true);
  };
  return (
    <Page heading={heading}>
      <p>{children}</p>
      <Action
        call={() => call({ token })}
        done={done}
        help={(failure) => refusalOf(failure)?.reason === 'LINK_SPENT' && otherwise}
      >
        {button}
      </Action>
    </Page>
  );
}
