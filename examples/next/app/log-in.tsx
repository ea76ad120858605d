'use client';

import { refusalOf, safe } from 'latchkey/client';
import { registerInput } from 'latchkey/contract';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { trpc } from './trpc';

/** One form for both: the button that is pressed says which. */
export function LogIn() {
  const router = useRouter();
  const [text, setText] = useState('');

  async function send(fields: FormData): Promise<void> {
    const typed = registerInput.safeParse({ email: fields.get('email'), password: fields.get('password') });
    if (!typed.success) return setText(typed.error.issues[0]?.message ?? '');
    const { email, password } = typed.data;
    const [answer, error] =
      fields.get('call') === 'register'
        ? await safe(trpc.auth.register.mutate({ email, password }))
        : await safe(trpc.auth.login.mutate({ email, password }));
    if (answer?.status === 'signedIn') return router.refresh();
    if (answer) return setText('There is one more step: see examples/react');
    setText(refusalOf(error)?.reason === 'EMAIL_TAKEN' ? 'You have an account: log in.' : error.message);
  }

  // Not an action of the form: that would empty the fields, also where the server has refused.
  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    void send(new FormData(event.currentTarget, event.nativeEvent.submitter));
  }

  return (
    <form onSubmit={submit}>
      <label>
        E-mail <input name="email" type="email" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      <button name="call" value="login">
        Log in
      </button>
      <button name="call" value="register">
        Register
      </button>
      <p role="alert">{text}</p>
    </form>
  );
}
