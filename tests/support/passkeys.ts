import { createPasskey, usePasskey } from './authenticator.ts';
import type { SoftPasskey } from './authenticator.ts';
import { pending } from './factors.ts';
import { renewedBy, signIn } from './people.ts';
import type { SignedIn } from './people.ts';
import type { TestApp } from './test-app.ts';

export const start = async (app: TestApp, path: string, headers: Record<string, string> = {}, input: object = {}) =>
  await (await app.post(`/api/auth/${path}`, input, headers)).json();

/** Somebody with a passkey, signed in. */
export interface WithPasskey extends SignedIn {
  passkey: SoftPasskey;
  id: string;
  recoveryCodes: string[] | undefined;
}

/** Adds a passkey to somebody, who is signed in for that. */
export async function withPasskey(
  app: TestApp,
  person: { email?: string } = {},
  before?: SignedIn,
): Promise<WithPasskey> {
  const signedIn = before ?? (await signIn(app, person));
  const { ceremony, options } = await start(app, 'passkeys/startRegistration', signedIn.headers);
  const { passkey, response } = createPasskey(options, app.url);
  const answer = await app.post('/api/auth/passkeys/register', { ceremony, response }, signedIn.headers);
  const body = await answer.clone().json();
  if (!answer.ok) throw new Error(`No passkey was added: ${JSON.stringify(body)}`);
  const { recoveryCodes } = body;
  return { ...signedIn, headers: await renewedBy(answer), passkey, id: body.passkey.id, recoveryCodes };
}

/** Signs in by a passkey alone. */
export async function signInBy(app: TestApp, passkey: SoftPasskey): Promise<Response> {
  const { ceremony, options } = await start(app, 'passkeys/startSignIn');
  const response = usePasskey(passkey, options, { origin: app.url });
  return await app.post('/api/auth/passkeys/signIn', { ceremony, response, deliver: 'token' });
}

/** Shows a passkey after the password. */
export async function proveBy(app: TestApp, passkey: SoftPasskey, person: { email?: string } = {}): Promise<Response> {
  const proof = await pending(app, person);
  const { ceremony, options } = await start(app, 'factors/challenge', {}, { proof });
  const factor = { method: 'passkey', ceremony, response: usePasskey(passkey, options, { origin: app.url }) };
  return await app.post('/api/auth/factors/prove', { proof, factor, deliver: 'token' });
}
