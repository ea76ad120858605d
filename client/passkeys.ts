import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/browser';
import type { inferRouterOutputs } from '@trpc/server';

import type { AppRouter } from './client.ts';

// Loaded when a passkey is used: a page that shows no button for one has none of it.
const library = async () => await import('@simplewebauthn/browser');

type Outputs = inferRouterOutputs<AppRouter>['auth'];

/**
 * The browser made or used no passkey. `because` says why: the person has `cancelled` it or let its time
 * pass, which browsers do not tell apart; this device has one of the account already (`known`); what was
 * asked is too old by now (`late`), so ask again; or the browser or the page's address has no passkeys at all
 * (`impossible`).
 *
 * @example
 * if (error instanceof NoPasskey && error.because === 'cancelled') return;
 */
export class NoPasskey extends Error {
  readonly because: 'cancelled' | 'known' | 'late' | 'impossible';

  constructor(because: NoPasskey['because'], cause?: unknown) {
    super(`The browser gave no passkey: ${because}`, { cause });
    this.name = 'NoPasskey';
    this.because = because;
  }
}

/**
 * Whether this browser knows passkeys. Ask before you show a button.
 *
 * @example
 * button.hidden = !passkeysAreSupported();
 */
export const passkeysAreSupported = (): boolean => typeof globalThis.PublicKeyCredential === 'function';

/**
 * Has the browser make a passkey of an offer, and resolves to what `passkeys.register` takes.
 *
 * @throws NoPasskey
 *
 * @example
 * const made = await createPasskey(await auth.passkeys.startRegistration.mutate());
 * const [answer, error] = await safe(auth.passkeys.register.mutate({ ...made, name: 'My phone' }));
 */
export async function createPasskey({
  ceremony,
  options,
}: Outputs['passkeys']['startRegistration']): Promise<{ ceremony: string; response: RegistrationResponseJSON }> {
  const { startRegistration } = await library();
  return { ceremony, response: await byBrowser(startRegistration({ optionsJSON: options })) };
}

/**
 * Has the browser use a passkey as it was asked to, and resolves to what `passkeys.signIn` takes and, with
 * `method: 'passkey'`, `factors.prove` and `factors.verify` as a factor.
 *
 * With `autofill` the browser offers passkeys in the field that has `autocomplete="username webauthn"`, and it
 * waits until one is chosen; any other use of a passkey ends that wait.
 *
 * @throws NoPasskey
 *
 * @example
 * const used = await usePasskey(await auth.passkeys.startSignIn.mutate());
 * const [answer, error] = await safe(auth.passkeys.signIn.mutate(used));
 *
 * @example
 * const used = await usePasskey(await auth.factors.challenge.mutate({ proof }));
 * await auth.factors.prove.mutate({ proof, factor: { method: 'passkey', ...used } });
 */
export async function usePasskey(
  { ceremony, options }: Outputs['passkeys']['startSignIn'],
  { autofill = false }: { autofill?: boolean } = {},
): Promise<{ ceremony: string; response: AuthenticationResponseJSON }> {
  const { startAuthentication, browserSupportsWebAuthnAutofill, WebAuthnAbortService } = await library();
  if (autofill && !(await browserSupportsWebAuthnAutofill())) throw new NoPasskey('impossible');
  let isLate = false;
  const ending = setTimeout(() => {
    isLate = true;
    WebAuthnAbortService.cancelCeremony();
  }, answeredWithinMilliseconds);
  try {
    const response = await byBrowser(startAuthentication({ optionsJSON: options, useBrowserAutofill: autofill }));
    return { ceremony, response };
  } catch (error) {
    throw isLate ? new NoPasskey('late', error) : error;
  } finally {
    clearTimeout(ending);
  }
}

/** What was asked is good for five minutes, some of which an answer takes. */
const answeredWithinMilliseconds = 290_000;

async function byBrowser<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    // The library gives its own errors the names of the browser's.
    const name = error instanceof Error ? error.name : '';
    if (name === 'InvalidStateError') throw new NoPasskey('known', error);
    throw new NoPasskey(name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'impossible', error);
  }
}
