import { auth } from '../auth.ts';
import { Link } from '../link.tsx';
import { LinkPage } from './link-page.tsx';

/** Where the link of the mail after a registration leads to. */
export function VerifyEmail({ token }: { token: string }) {
  return (
    <LinkPage
      heading="Confirm your address"
      button="Confirm my address"
      token={token}
      call={auth.email.verify.mutate}
      doneHeading="Your address is confirmed"
      otherwise={
        <p>
          <Link to="/resend">Send me another mail</Link>
        </p>
      }
    >
      So that we know that our mails reach you.
    </LinkPage>
  );
}
