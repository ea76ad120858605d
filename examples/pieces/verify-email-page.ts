import { safe } from 'latchkey/client';
import type { AuthClient } from 'latchkey/client';

export function verifyEmailPage(auth: AuthClient, button: HTMLElement, problem: HTMLElement): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  // So that the token stays neither in the history nor in the address that somebody copies.
  history.replaceState(null, '', location.pathname);

  async function verify(): Promise<void> {
    const [, error] = await safe(auth.email.verify.mutate({ token }));
    // EMAIL_TAKEN is of confirmChange and undoChange only: somebody else has the address by now.
    if (!error) location.assign('/');
    else problem.textContent = error.message;
  }
  button.addEventListener('click', () => void verify());
}
