import { safe } from 'latchkey-client';
import type { SessionState } from 'latchkey-client';

import { auth } from './auth.ts';
import { Link } from './link.tsx';

/** Above every page. While nothing is known its place is kept. */
export function Header({ state }: { state: SessionState }) {
  return (
    <header>
      <nav aria-label="This site">
        <Link to="/">Your app</Link>
        {state.status === 'signedOut' && (
          <span>
            <Link to="/login">Log in</Link>
            <Link to="/register">Register</Link>
          </span>
        )}
        {state.status === 'signedIn' && (
          <span>
            <Link to="/account">My account</Link>
            {/* A session that has ended meanwhile is over, too: whatever the answer, the state follows it. */}
            <button type="button" className="plain" onClick={() => void safe(auth.logout.mutate())}>
              Log out
            </button>
          </span>
        )}
      </nav>
    </header>
  );
}
