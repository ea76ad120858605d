import { auth } from '../auth.ts';
import { LinkPage } from './link-page.tsx';

/** Where the link of the mail to an address that is not the account's any more leads to. */
export function UndoEmail({ token }: { token: string }) {
  return (
    <LinkPage
      heading="It was not you?"
      button="Restore my address"
      token={token}
      call={auth.email.undoChange.mutate}
      doneHeading="Your address is restored"
      otherwise={<p>If your account has an address that is not yours, ask whoever runs this site.</p>}
    >
      Your account gets its former address back, and is signed out everywhere. The next mail has a link for a new
      password.
    </LinkPage>
  );
}
