import { useReducer } from 'react';

import type { User } from '../auth.ts';
import { Page } from '../page.tsx';
import { ChangeEmail } from './change-email.tsx';
import { ChangePassword } from './change-password.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { Download } from './download.tsx';
import { Events } from './events.tsx';
import { SecondFactors } from './second-factors.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';

/** All that somebody can do with their account. What is listed is asked for again after each change. */
export function Account({ user }: { user: User }) {
  const [changes, changed] = useReducer((count: number) => count + 1, 0);
  return (
    <Page heading="My account">
      <Profile user={user} changed={changed} />
      <ChangeEmail user={user} />
      <ChangePassword user={user} changed={changed} />
      <SecondFactors changes={changes} changed={changed} />
      <Sessions changes={changes} changed={changed} />
      <Events changes={changes} />
      <Download />
      <DeleteAccount />
    </Page>
  );
}
