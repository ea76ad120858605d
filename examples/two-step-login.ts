import { createAuthClient, refusalOf, safe } from '../client/index.ts';

/** What a page does with who is there. */
export interface Page {
  /** Asks for a code of the app, or for one of the recovery codes. */
  askForCode(methods: string[]): Promise<{ method: 'totp' | 'recoveryCode'; code: string }>;
  /** Shows a picture to be scanned by an app, or the text to type into it. */
  showApp(offer: { qr: string; uri: string; secret: string }): void;
  /** Shows them once, to be kept. */
  showRecoveryCodes(codes: string[]): void;
}

/** Signs somebody in whose account may have a second factor, and resolves to their address. */
export async function logIn(url: string, who: { email: string; password: string }, page: Page): Promise<string> {
  const auth = createAuthClient({ url });
  const answer = await auth.login.mutate(who);
  if (answer.status === 'signedIn') return answer.user.email;

  const { proof, methods } = answer;
  // The account must have a second factor and has none: an app is set up now.
  if (methods.length === 0) page.showApp(await auth.factors.enrol.mutate({ proof }));

  for (;;) {
    const factor = await page.askForCode(methods.length === 0 ? ['totp'] : methods);
    const [signedIn, error] = await safe(auth.factors.prove.mutate({ proof, factor }));
    if (signedIn?.recoveryCodes) page.showRecoveryCodes(signedIn.recoveryCodes);
    if (signedIn) return signedIn.user.email;
    if (refusalOf(error)?.reason !== 'FACTOR_WRONG') throw error;
  }
}
