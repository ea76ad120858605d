import { useRef } from 'react';

import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import { useAnswer } from '../use-answer.ts';
import { Section } from './section.tsx';
import { SessionItem } from './session-item.tsx';

/** Where somebody is signed in. */
export function Sessions({ changes, changed }: { changes: number; changed: () => void }) {
  const { answer, fault } = useAnswer(auth.sessions.list.query, changes);
  const list = useRef<HTMLUListElement>(null);
  const ended = (): void => {
    // Its button is about to go, and would take the focus with it.
    list.current?.focus();
    changed();
  };
  return (
    <Section heading="My sessions">
      <ul ref={list} tabIndex={-1} className="list" aria-busy={!answer}>
        {answer?.sessions.map((session) => (
          <SessionItem key={session.id} session={session} ended={ended} />
        ))}
      </ul>
      <p role="alert">{fault}</p>
      <Action
        className="plain"
        call={() => auth.sessions.revokeOthers.mutate()}
        done={({ count }) => {
          changed();
          return count === 1 ? 'One session has ended.' : `${count} sessions have ended.`;
        }}
      >
        End all others
      </Action>
    </Section>
  );
}
