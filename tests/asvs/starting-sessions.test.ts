import { expect, test } from 'vitest';

import { createPasskey, usePasskey } from '../support/authenticator.ts';
import { read } from '../support/database.ts';
import { pending, withApp } from '../support/factors.ts';
import type { WithApp } from '../support/factors.ts';
import { askForChange, changeEmail, follow, mailed } from '../support/mail-links.ts';
import { start, withPasskey } from '../support/passkeys.ts';
import type { WithPasskey } from '../support/passkeys.ts';
import { call, outcomeOf, procedures, signingIn } from '../support/procedures.ts';
import { linkedToken } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

type Person = WithApp & WithPasskey;

const eve = { email: 'eve@example.com', password: 'another correct horse' };

/** Somebody with an app, a passkey and recovery codes. */
async function withAll(app: TestApp): Promise<Person> {
  const person = await withApp(app);
  const { passkey, headers, id } = await withPasskey(app, {}, person);
  return { ...person, passkey, headers, id };
}

/** What is right, as nothing in the samples is, so that a procedure does all that it can do. */
const rightInputs: Record<string, (app: TestApp, person: Person) => Promise<object>> = {
  'auth.register': async () => eve,
  'auth.login': async (app) => {
    await app.post('/api/auth/register', eve);
    return eve;
  },
  'auth.factors.prove': async (app, { code }) => {
    return { proof: await pending(app), factor: { method: 'totp', code: code() } };
  },
  'auth.factors.enrol': async (app) => ({ proof: await pending(app) }),
  'auth.factors.challenge': async (app) => ({ proof: await pending(app) }),
  'auth.factors.verify': async (_app, { code }) => ({ factor: { method: 'totp', code: code() } }),
  'auth.passkeys.signIn': async (app, { passkey }) => {
    const { ceremony, options } = await start(app, 'passkeys/startSignIn');
    return { ceremony, response: usePasskey(passkey, options, { origin: app.url }) };
  },
  'auth.passkeys.register': async (app, { headers }) => {
    const { ceremony, options } = await start(app, 'passkeys/startRegistration', headers);
    return { ceremony, response: createPasskey(options, app.url).response };
  },
  'auth.passkeys.rename': async (_app, { id }) => ({ id }),
  'auth.passkeys.remove': async (_app, { id }) => ({ id }),
  'auth.passwordReset.complete': async (app) => ({ token: await linkedToken(app, ada.email) }),
  'auth.email.verify': async (app) => ({ token: await mailed(app, ada.email, 'verify-email') }),
  'auth.email.confirmChange': async (app, { headers }) => ({
    token: await askForChange(app, 'b@example.com', headers),
  }),
  'auth.email.undoChange': async (app, { headers }) => {
    await follow(app, 'verify', await mailed(app, ada.email, 'verify-email'));
    return { token: await changeEmail(app, { from: ada.email, to: 'b@example.com' }, headers) };
  },
};

/** What does nothing for somebody who has all factors already. */
const refusals: Record<string, string> = {
  'auth.factors.enrol': 'FACTOR_ENROLLED',
  'auth.totp.confirm': 'FACTOR_WRONG',
  'auth.sessions.revoke': 'SESSION_UNKNOWN',
};

test.each(procedures)('6.3.4 $path stores a session if its answer may say so, and not otherwise', async (procedure) => {
  const { path, type, fields, assurance } = procedure;
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const person = await withAll(app);
  const right = await rightInputs[path]?.(app, person);
  const deliver = fields.includes('deliver') ? { deliver: 'token' } : {};
  // The ids: one that ends must not hide another that begins.
  const before = new Set(read(app, 'select id from sessions'));
  const input = { ...procedure.input, ...right, ...deliver };
  const headers = assurance === 'none' && path !== 'auth.logout' ? {} : person.headers;
  const answer = await call(app, [type === 'subscription' ? '/trpc/' : '/api/', procedure], { input, headers });
  expect(await outcomeOf(answer)).toBe(refusals[path] ?? 'done');
  const isStarted = read(app, 'select id from sessions').some((id) => !before.has(id));
  expect(isStarted).toBe(signingIn.includes(path));
});
