import { useMutation, useQuery } from '@tanstack/react-query';
import { refusalOf } from 'latchkey/client';
import { useSession } from 'latchkey/client/react';
import { logInInput, refusals } from 'latchkey/contract';

import { session, useTRPC } from './trpc.ts';

export function App() {
  const state = useSession(session);
  if (state.status === 'loading') return <p>One moment…</p>;
  return state.status === 'signedIn' ? <Notes of={state.user.email} /> : <LogIn />;
}

function Notes({ of }: { of: string }) {
  const notes = useQuery(useTRPC().notes.queryOptions());
  return (
    <>
      <h1>Notes of {of}</h1>
      <ul>
        {notes.data?.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}

function LogIn() {
  const logIn = useMutation(useTRPC().auth.login.mutationOptions());
  const refusal = refusalOf(logIn.error);
  return (
    <form
      action={(fields) => {
        const input = logInInput.safeParse({ email: fields.get('email'), password: fields.get('password') });
        if (input.success) logIn.mutate({ email: input.data.email, password: input.data.password });
      }}
    >
      <input name="email" placeholder="E-mail" />
      <input name="password" type="password" placeholder="Password" />
      <button type="submit">Log in</button>
      <output>{refusal && refusals[refusal.reason][1]}</output>
    </form>
  );
}
