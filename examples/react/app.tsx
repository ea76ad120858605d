import type { SessionState } from 'latchkey-client';
import { useSession } from 'latchkey-client/react';

import { Account } from './account/account.tsx';
import { session } from './auth.ts';
import { KeepCodes } from './factors/keep-codes.tsx';
import { Header } from './header.tsx';
import { ConfirmEmail } from './pages/confirm-email.tsx';
import { ForgottenPassword } from './pages/forgotten-password.tsx';
import { Home } from './pages/home.tsx';
import { LogIn } from './pages/log-in.tsx';
import { Notice } from './pages/notice.tsx';
import { Register } from './pages/register.tsx';
import { Resend } from './pages/resend.tsx';
import { ResetPassword } from './pages/reset-password.tsx';
import { UndoEmail } from './pages/undo-email.tsx';
import { VerifyEmail } from './pages/verify-email.tsx';
import { Welcome } from './pages/welcome.tsx';
import { Redirect } from './redirect.tsx';
import { useLinkToken } from './use-link-token.ts';
import { usePath } from './use-path.ts';
import { VerifyAgain } from './verify-again.tsx';

/** Follows the session and the address: after a login, also of another tab, it shows what is for whoever is signed in. */
export function App() {
  const state = useSession(session);
  const path = usePath();
  return (
    <KeepCodes>
      <VerifyAgain>
        <Header state={state} />
        <main key={path}>
          <Shown path={path} state={state} />
        </main>
      </VerifyAgain>
    </KeepCodes>
  );
}

/** The paths of the links in mails are those that the server uses by itself; its option `pages` names others. */
function Shown({ path, state }: { path: string; state: SessionState }) {
  const token = useLinkToken();
  switch (path) {
    case '/forgotten-password':
      return <ForgottenPassword />;
    case '/reset-password':
      return <ResetPassword key={token} token={token} />;
    case '/verify-email':
      return <VerifyEmail key={token} token={token} />;
    case '/resend':
      return <Resend />;
    case '/confirm-email':
      return <ConfirmEmail key={token} token={token} />;
    case '/undo-email':
      return <UndoEmail key={token} token={token} />;
    case '/deleted':
      return <Notice heading="Your account is deleted">Nothing of it is left here.</Notice>;
  }
  if (state.status === 'loading') return <p>One moment…</p>;
  const user = state.status === 'signedIn' ? state.user : undefined;
  switch (path) {
    case '/':
      return user ? <Home user={user} /> : <Welcome />;
    case '/login':
      return user ? <Redirect to="/" /> : <LogIn />;
    case '/register':
      return user ? <Redirect to="/" /> : <Register />;
    case '/account':
      return user ? <Account key={user.id} user={user} /> : <LogIn />;
    default:
      return <Notice heading="There is no such page" />;
  }
}
