import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import { go } from '../use-path.ts';
import { Section } from './section.tsx';

/** Two presses, and a password where it was not shown lately. */
export function DeleteAccount() {
  return (
    <Section heading="Delete account">
      <details>
        <summary className="danger">Delete my account…</summary>
        <p>It ends at once, here and everywhere, and cannot be had back. Download your data first.</p>
        <Action className="danger" call={() => auth.account.delete.mutate()} done={() => go('/deleted')}>
          Delete it for good
        </Action>
      </details>
    </Section>
  );
}
