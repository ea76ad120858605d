import { createAuthClient, refusalOf, safe } from '../client/index.ts';

/** What a page asks of who is there: a code of the app, or one of the recovery codes. */
export type AskForFactor = (methods: string[]) => Promise<{ method: 'totp' | 'recoveryCode'; code: string }>;

/** Signs somebody in whose account may have a second factor, and resolves to their address. */
export async function logIn(
  url: string,
  { email, password, askForFactor }: { email: string; password: string; askForFactor: AskForFactor },
): Promise<string> {
  const auth = createAuthClient({ url });
  const answer = await auth.login.mutate({ email, password });
  if (answer.status === 'signedIn') return answer.user.email;

  // The account must have a factor and has none: show the picture `qr` of what this answers to be scanned.
  if (answer.methods.length === 0) await auth.factors.enrol.mutate({ proof: answer.proof });

  for (;;) {
    const factor = await askForFactor(answer.methods);
    const [signedIn, error] = await safe(auth.factors.prove.mutate({ proof: answer.proof, factor }));
    // With the first factor there are `signedIn.recoveryCodes`, to be shown once.
    if (signedIn) return signedIn.user.email;
    if (refusalOf(error)?.reason !== 'FACTOR_WRONG') throw error;
  }
}
