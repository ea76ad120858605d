import { caller } from '../server/caller';
import { LogIn } from './log-in';
import { LogOut } from './log-out';

export default async function Page() {
  const known = await caller();
  if (!known) return <LogIn />;
  return (
    <>
      <p>Signed in as {known.user.email}</p>
      <LogOut />
    </>
  );
}
