import { testAuth } from 'latchkey/testing';

/** As a test of this project would begin. */
export async function signedInAs(email: string): Promise<string | undefined> {
  await using auth = await testAuth();
  return (await auth.callerOf(await auth.as(email)))?.user.email;
}
