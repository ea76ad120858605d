import type { User } from '../auth.ts';
import { Page } from '../page.tsx';

/** Where your app begins for whoever is signed in. */
export function Home({ user }: { user: User }) {
  return (
    <Page heading={`Signed in as ${user.name ?? user.email}`}>
      <p>Here is what your app does.</p>
    </Page>
  );
}
