'use client';

import { useRouter } from 'next/navigation';

import { trpc } from './trpc';

export function LogOut() {
  const router = useRouter();
  return (
    <button
      onClick={async () => {
        await trpc.auth.logout.mutate();
        router.refresh();
      }}
    >
      Log out
    </button>
  );
}
