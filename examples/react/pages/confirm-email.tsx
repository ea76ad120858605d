import { auth } from '../auth.ts';
import { Link } from '../link.tsx';
import { LinkPage } from './link-page.tsx';

/** Where the link of the mail to a new address leads to. */
export function ConfirmEmail({ token }: { token: string }) {
  return (
    <LinkPage
      heading="Confirm your new address"
      button="Use this address"
      token={token}
      call={auth.email.confirmChange.mutate}
      doneHeading="Your address is changed"
      otherwise={
        <p>
          Ask for the change again in <Link to="/account">your account</Link>, where it still has its former address.
        </p>
      }
    >
      From now on you log in with it. Everywhere else you are signed out.
    </LinkPage>
  );
}
