import { expect, test } from 'vitest';

import { memoryStorage, sessionOf } from '../../client/index.ts';
import { logIn } from '../../examples/two-step-login.ts';
import { codesOf, withApp } from '../support/factors.ts';
import { ada, testApp } from '../support/test-app.ts';

test('the example of a login in two steps signs in, and asks again after a wrong code', async () => {
  await using app = await testApp();
  const asked: string[][] = [];
  const page = {
    async askForCode(methods: string[]) {
      asked.push(methods);
      return { method: 'totp', code: asked.length === 1 ? '000000' : person.code() } as const;
    },
    showApp: () => expect.unreachable(),
    showRecoveryCodes: () => expect.unreachable(),
  };
  await app.auth.users.create(ada);
  expect(await logIn(app.url, ada, page)).toBe(ada.email);
  expect(asked).toEqual([]);
  const person = await withApp(app);
  expect(await logIn(app.url, ada, page)).toBe(ada.email);
  expect(asked).toEqual([
    ['totp', 'recoveryCode'],
    ['totp', 'recoveryCode'],
  ]);
});

test('the same example sets an app up where the account must have a second factor, and shows the codes once', async () => {
  await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
  await app.auth.users.create(ada);
  const shown: string[][] = [];
  let code = (): string => '';
  const signedIn = await logIn(app.url, ada, {
    showApp: ({ secret }) => void (code = codesOf(app, secret)),
    askForCode: async () => ({ method: 'totp', code: code() }),
    showRecoveryCodes: (codes) => void shown.push(codes),
  });
  expect(signedIn).toBe(ada.email);
  expect(shown).toEqual([expect.arrayContaining([expect.stringMatching(/^[\w-]+$/)])]);
});

test('a client with a storage keeps the token of a login in two steps, and a new one of each factor that comes', async () => {
  await using app = await testApp();
  const storage = memoryStorage();
  const auth = app.client({ storage });
  const session = sessionOf(auth);
  await session.refresh();
  await auth.register.mutate(ada);
  const first = storage.get();
  const { secret } = await auth.totp.enrol.mutate();
  expect(storage.get()).toBe(first);
  const code = codesOf(app, secret);
  await auth.totp.confirm.mutate({ code: code() });
  expect(storage.get()).not.toBe(first);
  expect(session.get()).toMatchObject({ status: 'signedIn', session: { factors: ['password', 'totp'] } });
  await auth.logout.mutate();

  const answer = await auth.login.mutate(ada);
  if (answer.status !== 'factorNeeded') throw new Error('The password was enough');
  expect([storage.get(), session.status]).toEqual([null, 'signedOut']);
  await auth.factors.prove.mutate({ proof: answer.proof, factor: { method: 'totp', code: code() } });
  expect(await auth.me.query()).toMatchObject({ user: { email: ada.email } });
  expect(session.status).toBe('signedIn');
  session.stop();
});
