import { refusalOf, safe } from 'latchkey/client';
import type { AuthClient } from 'latchkey/client';

/** Resolves to how many sessions were ended, or to `undefined` where nobody has given the password. */
export async function signOutElsewhere(
  auth: AuthClient,
  askForPassword: () => Promise<string | undefined>,
): Promise<number | undefined> {
  for (;;) {
    const [answer, error] = await safe(auth.sessions.revokeOthers.mutate());
    if (!error) return answer.count;
    if (refusalOf(error)?.reason !== 'VERIFY_AGAIN') throw error;

    const password = await askForPassword();
    if (password === undefined) return undefined;
    await auth.sessions.verify.mutate({ password });
  }
}
