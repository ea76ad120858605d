import type { AuthClient } from 'latchkey/client';
import { createPasskey, usePasskey } from 'latchkey/client/passkeys';

export async function addPasskey(auth: AuthClient, name: string) {
  const made = await createPasskey(await auth.passkeys.startRegistration.mutate());
  const { passkey, recoveryCodes } = await auth.passkeys.register.mutate({ ...made, name });
  return { passkey, recoveryCodes };
}

/** Without a password. */
export async function signInByPasskey(auth: AuthClient) {
  const used = await usePasskey(await auth.passkeys.startSignIn.mutate());
  const { user } = await auth.passkeys.signIn.mutate(used);
  return user;
}

/** After the password: `proof` is what the login has answered. */
export async function showPasskey(auth: AuthClient, proof: string) {
  const used = await usePasskey(await auth.factors.challenge.mutate({ proof }));
  return await auth.factors.prove.mutate({ proof, factor: { method: 'passkey', ...used } });
}
