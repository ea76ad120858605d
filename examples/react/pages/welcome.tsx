import { Link } from '../link.tsx';
import { Page } from '../page.tsx';

/** Where your app begins for everybody else. */
export function Welcome() {
  return (
    <Page heading="Not signed in">
      <p>
        <Link to="/login">Log in</Link>, or <Link to="/register">register</Link> if you are new here.
      </p>
    </Page>
  );
}
