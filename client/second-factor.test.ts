import { expect, test } from 'vitest';

import { codesOf } from '../tests/support/factors.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import type { TestApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import { createAuthClient, memoryStorage, refusalOf, safe, sessionOf } from './index.ts';
import type { AuthClient, AuthClientOptions } from './index.ts';

const ways: [string, () => Partial<AuthClientOptions>][] = [
  ['in a cookie', () => ({})],
  ['in a storage', () => ({ storage: memoryStorage() })],
];

/** Ada with her browser, signed in by her password. */
async function opened(app: TestApp, options: Partial<AuthClientOptions>) {
  await app.client().register.mutate(ada);
  const someone = visitor();
  const auth = createAuthClient({ url: app.url, fetch: someone.fetch, ...options });
  const session = sessionOf(auth);
  await session.refresh();
  await auth.login.mutate(ada);
  return { someone, auth, session };
}

/** Sets up an authenticator app, and returns what it shows. */
async function addApp(app: TestApp, auth: AuthClient): Promise<() => string> {
  const { secret } = await auth.totp.enrol.mutate();
  const code = codesOf(app, secret);
  await auth.totp.confirm.mutate({ code: code() });
  return code;
}

test.each(ways)('a login in two steps begins its session with the second one (%s)', async (_way, options) => {
  await using app = await testApp();
  const { auth, session, someone } = await opened(app, options());
  const code = await addApp(app, auth);
  await auth.logout.mutate();

  someone.calls.length = 0;
  const pending = await auth.login.mutate(ada);
  if (pending.status !== 'factorNeeded') return expect.unreachable('The password was enough');
  expect(session.get()).toEqual({ status: 'signedOut' });
  expect(someone.calls).toEqual(['auth.login']);

  await auth.factors.prove.mutate({ proof: pending.proof, factor: { method: 'totp', code: code() } });
  expect(session.get()).toMatchObject({ status: 'signedIn', session: { factors: ['password', 'totp'] } });
  expect((await auth.sessions.list.query()).sessions).toHaveLength(1);
  session.stop();
});

test('where there is a storage the token of the second step is asked for, and kept', async () => {
  await using app = await testApp();
  const storage = memoryStorage();
  const { auth, session } = await opened(app, { storage });
  const code = await addApp(app, auth);
  await auth.logout.mutate();
  const pending = await auth.login.mutate(ada);
  if (pending.status !== 'factorNeeded') return expect.unreachable('The password was enough');
  expect(storage.get()).toBe(null);
  await auth.factors.prove.mutate({ proof: pending.proof, factor: { method: 'totp', code: code() } });
  expect(storage.get()).toMatch(/^[\w-]{43}$/);
  session.stop();
});

/** What gives a session with an authenticator app another token. */
const changes: [string, (auth: AuthClient, code: () => string) => Promise<unknown>][] = [
  ['recoveryCodes.replace', async (auth) => await auth.recoveryCodes.replace.mutate()],
  [
    'factors.verify',
    async (auth, code) => await auth.factors.verify.mutate({ factor: { method: 'totp', code: code() } }),
  ],
  ['totp.disable', async (auth) => await auth.totp.disable.mutate()],
];

test.each(ways)(
  'a change of factors gives the session a new token (%s): it stays signed in, and the old one is no news',
  async (_way, options) => {
    await using app = await testApp();
    const { auth, session, someone } = await opened(app, options());
    const code = await followed({ auth, session, someone }, ['totp.confirm', async () => await addApp(app, auth)]);
    for (const [name, change] of changes)
      await followed({ auth, session, someone }, [name, async () => await change(auth, code)]);
    session.stop();
  },
);

/** Makes a change whose answer comes after a refusal of what was sent with the token from before. */
async function followed<Result>(
  { auth, session, someone }: Awaited<ReturnType<typeof opened>>,
  [name, change]: [string, () => Promise<Result>],
): Promise<Result> {
  expect(session.status).toBe('signedIn');
  const letThrough = someone.holdNext(`auth.${name}`);
  someone.answered.length = 0;
  const changing = change();
  await expect.poll(() => someone.answered).toContain(`auth.${name}`);
  const [, late] = await safe(auth.sessions.list.query());
  expect(refusalOf(late)?.reason).toBe('SESSION_ENDED');
  letThrough();
  const result = await changing;
  expect(session.get()).toMatchObject({ status: 'signedIn', user: { email: ada.email } });
  expect((await auth.sessions.list.query()).sessions.some(({ isCurrent }) => isCurrent)).toBe(true);
  return result;
}
