import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { askForChange, changeEmail, mailed } from '../support/mail-links.ts';
import { isWhole } from '../support/many.ts';
import { signIn } from '../support/people.ts';
import { linkedToken } from '../support/reset-links.ts';
import { beginningOf, outcomeOf, procedures } from '../support/procedures.ts';
import { ada, testApp } from '../support/test-app.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });

/** Arbitrary JSON, objects that come close to what a procedure takes, and some that are right. */
const input = fc.oneof(
  fc.jsonValue(),
  fc.record({ email: fc.constantFrom(ada.email, 'eve@example.com'), password: fc.constant(ada.password) }),
  fc.record({ email: fc.emailAddress(), password: fc.constant(ada.password), role: fc.jsonValue() }),
  fc.record({ email: fc.emailAddress() }),
  fc.record({ password: fc.constant(ada.password) }),
  fc.record({ currentPassword: fc.constantFrom(ada.password, 'wrong horse'), newPassword: fc.constant(ada.password) }),
  fc.record({ id: fc.oneof(fc.uuid(), text, fc.jsonValue()) }),
  fc.record({ token: text, newPassword: fc.constant(ada.password) }),
  fc.constant({}),
  fc.record(
    {
      email: fc.oneof(fc.constant(ada.email), fc.emailAddress(), text, fc.jsonValue()),
      password: fc.oneof(fc.constant(ada.password), text, fc.jsonValue()),
      name: fc.oneof(text, fc.jsonValue()),
      deliver: fc.oneof(fc.constantFrom('cookie', 'token'), fc.jsonValue()),
      __proto__: fc.jsonValue(),
      userId: fc.uuid(),
    },
    { requiredKeys: [] },
  ),
);

/** What each procedure takes, told apart by hand and not by the server's own rules. */
const taken: Record<string, string[]> = {
  'auth.register': ['email', 'password', 'name', 'deliver'],
  'auth.login': ['email', 'password', 'deliver'],
  'auth.password.change': ['currentPassword', 'newPassword'],
  'auth.sessions.verify': ['password'],
  'auth.sessions.revoke': ['id'],
  'auth.email.resend': ['email'],
  'auth.email.verify': ['token'],
  'auth.email.change': ['email'],
  'auth.email.confirmChange': ['token'],
  'auth.email.undoChange': ['token'],
  'auth.passwordReset.request': ['email'],
  'auth.passwordReset.complete': ['token', 'newPassword'],
  'auth.factors.prove': ['proof', 'factor', 'deliver'],
  'auth.factors.enrol': ['proof'],
  'auth.factors.verify': ['factor'],
  'auth.factors.challenge': ['proof'],
  'auth.totp.confirm': ['code'],
  'auth.passkeys.register': ['ceremony', 'response', 'name'],
  'auth.passkeys.rename': ['id', 'name'],
  'auth.passkeys.remove': ['id'],
  'auth.passkeys.signIn': ['ceremony', 'response', 'deliver'],
  'auth.account.update': ['name', 'locale'],
  'auth.account.events': ['cursor', 'limit'],
  'auth.token.issue': ['audience'],
};

const needed: Record<string, object> = {
  email: expect.stringContaining('@'),
  password: expect.any(String),
  token: expect.stringMatching(/^[\w-]{43}$/),
  currentPassword: expect.any(String),
  newPassword: expect.any(String),
  id: expect.stringMatching(/^[\da-f-]{36}$/i),
};

function expectTaken(path: string, value: unknown): void {
  expect(typeof value).toBe('object');
  expect(taken[path] ?? []).toEqual(expect.arrayContaining(Object.keys(value ?? {})));
  const names = (taken[path] ?? []).filter((name) => name in needed);
  expect(value).toMatchObject(Object.fromEntries(names.map((name) => [name, needed[name]])));
}

/** Refusals of an input that was taken: what is right for these belongs to a state, which tests of its own bring about. */
const ofState = new Set(['PROOF_SPENT', 'FACTOR_WRONG', 'FACTOR_UNKNOWN', 'SECOND_FACTOR_NEEDED']);

describe('whatever is sent', () => {
  test.each(procedures)(
    '2.2.1 any JSON is answered with 2xx or 4xx by $path, and taken only as what it expects',
    async ({ path, type, assurance, input: sample }) => {
      // Wrong guesses would keep whoever is signed in from being so again.
      const env = { TOKEN_AUDIENCE: 'files', ...(assurance === 'none' ? {} : { RATE_LIMITS: 'off' }) };
      await using app = await testApp({ env });
      await app.post('/api/auth/register', ada);
      const grace = { ...ada, email: 'grace@example.com' };
      await app.auth.users.create({ ...grace, emailVerified: true });
      const reset = { token: await linkedToken(app, ada.email), newPassword: ada.password };
      const links: Record<string, () => Promise<string>> = {
        'auth.email.verify': async () => {
          await app.post('/api/auth/email/resend', { email: ada.email });
          return await mailed(app, ada.email, 'verify-email');
        },
        'auth.email.confirmChange': async () => await askForChange(app, 'new@example.com', (await signIn(app)).headers),
        'auth.email.undoChange': async () =>
          await changeEmail(app, { from: grace.email, to: 'newer@example.com' }, (await signIn(app, grace)).headers),
      };
      const token = await links[path]?.();
      const link = token === undefined ? [] : [{ token }];
      // What is right for one procedure or another comes first: chance alone may bring none of it.
      const { sessionId } = await signIn(app);
      const change = { currentPassword: ada.password, newPassword: ada.password };
      const password = { password: ada.password };
      const examples = [
        { ...ada },
        { ...ada, email: 'eve@example.com' },
        { email: ada.email },
        { email: 'nobody@example.com' },
        reset,
        ...link,
        {},
        password,
        change,
        { id: sessionId },
        { name: 'Ada', locale: null },
        { limit: 3 },
        { audience: 'files' },
        // As a test over all procedures sends it: of what a browser makes no guess is right.
        ...(path.startsWith('auth.passkeys.') ? [sample] : []),
        { proof: 'a'.repeat(43) },
        { code: '123456' },
        { factor: { method: 'totp', code: '123456' } },
        { proof: 'a'.repeat(43), factor: { method: 'recoveryCode', code: 'a' } },
      ];
      // Whoever is signed in, again after each call that may have changed that.
      const signedIn = async () => (assurance === 'none' ? {} : (await signIn(app)).headers);
      let headers = await signedIn();
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(input, fc.boolean(), async (value, isPlain) => {
          const body = JSON.stringify(value);
          const route = isPlain ? `/api/${path.replaceAll('.', '/')}` : `/trpc/${path}`;
          const response =
            type === 'mutation'
              ? await app.post(route, body, headers)
              : await beginningOf(await app.get(`${route}?input=${encodeURIComponent(body.toWellFormed())}`, headers));
          const isTaken = response.ok || ofState.has(await outcomeOf(response.clone()));
          await response.text();
          // A call has ended it.
          if (response.status === 401) headers = await signedIn();
          expect(response.status === 503 || response.status < 500, `${response.status} for ${body}`).toBe(true);
          if (!isTaken) return;
          answered += 1;
          headers = await signedIn();
          expectTaken(path, JSON.parse(body));
        }),
        {
          numRuns: isWhole ? 200 : 30,
          // A stream is no answer of plain JSON.
          examples: examples.map((value): [unknown, boolean] => [value, type !== 'subscription']),
        },
      );
      expect(app.logged()).not.toContain('procedure.failed');
      // A property over refusals only would say nothing.
      expect(answered).toBeGreaterThan(0);
    },
  );
});
