'use client';

import { createAuthClient, refusalOf, safe } from 'latchkey/client';
import { logInInput } from 'latchkey/contract';
import { useState } from 'react';

export function LogIn() {
  const [text, setText] = useState('');
  async function logIn(fields: FormData): Promise<void> {
    const input = logInInput.safeParse({ email: fields.get('email'), password: fields.get('password') });
    if (!input.success) return setText('That is not an e-mail address and a password.');
    const { email, password } = input.data;
    const [, error] = await safe(createAuthClient({ url: location.origin }).login.mutate({ email, password }));
    if (error) setText(refusalOf(error)?.reason ?? error.message);
    else location.reload();
  }
  return (
    <form action={logIn}>
      <input name="email" placeholder="E-mail" />
      <input name="password" type="password" placeholder="Password" />
      <button type="submit">Log in</button>
      <output>{text}</output>
    </form>
  );
}
