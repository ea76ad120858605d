import { safe } from 'latchkey-client';
import { NoPasskey, passkeysAreSupported } from 'latchkey-client/passkeys';
import { useEffect } from 'react';

import { auth } from '../auth.ts';
import { usedPasskey } from './browser.ts';

/** Lets the browser offer passkeys in the field for the address, for as long as the page is shown. */
export function useAutofill(): void {
  useEffect(() => {
    let isShown = true;
    const offer = async (): Promise<void> => {
      const [asked] = await safe(auth.passkeys.startSignIn.mutate());
      if (!asked) return;
      try {
        const used = await usedPasskey(asked, { autofill: true });
        // React shows a page twice while it is developed: the first one is gone.
        if (isShown) await safe(auth.passkeys.signIn.mutate(used));
      } catch (error) {
        // What was asked is too old: ask again. Otherwise there is none, or the button was pressed.
        if (isShown && error instanceof NoPasskey && error.because === 'late') await offer();
      }
    };
    if (passkeysAreSupported()) void offer();
    return () => {
      isShown = false;
    };
  }, []);
}
