import { refusalOf, safe } from 'latchkey/client';

import { trpc } from './own-client.ts';

export function resetPasswordPage(form: HTMLFormElement, field: HTMLInputElement, problem: HTMLElement): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  // So that the token stays neither in the history nor in the address that somebody copies.
  history.replaceState(null, '', location.pathname);

  async function reset(newPassword: string): Promise<void> {
    const [, error] = await safe(trpc.auth.passwordReset.complete.mutate({ token, newPassword }));
    if (!error) location.assign('/log-in');
    else if (refusalOf(error)?.reason === 'LINK_SPENT') location.assign('/forgot-password');
    else problem.textContent = error.message;
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void reset(field.value);
  });
}
