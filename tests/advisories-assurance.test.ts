// Published weaknesses of other products, by the first id of their advisories: what second factors are asked for,
// and how often they may be guessed.
import { expect, test } from 'vitest';

import { hours } from '../server/kernel/clock.ts';
import { newToken } from '../server/kernel/token.ts';
import { usePasskey } from './support/authenticator.ts';
import { read, write } from './support/database.ts';
import { pending, prove, withApp } from './support/factors.ts';
import { follow, mailed } from './support/mail-links.ts';
import { proveBy, signInBy, start, withPasskey } from './support/passkeys.ts';
import { outcome, renewedBy, signIn, statusOfMe } from './support/people.ts';
import { call, everyCall, faces, outcomeOf, procedures, signingIn } from './support/procedures.ts';
import type { Procedure } from './support/procedures.ts';
import { complete, mailedToken } from './support/reset-links.ts';
import { ada, cookieOf, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

type Headers = Record<string, string>;

const newPassword = 'a horse of another colour';
const sessionsIn = (app: TestApp): unknown => read(app, 'select count(*) from sessions')[0];
const totp = (code: string) => ({ method: 'totp', code });
const wrong = totp('000000');
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

/** What a credential can be given in. A procedure that has one of these is limited, or the test fails. */
const credentials = ['password', 'currentPassword', 'factor', 'code', 'response', 'token', 'proof', 'ceremony'];

test('CVE-2025-64102 by default guesses are limited at every procedure that takes a credential, second factors too', async () => {
  const looking = procedures.filter(({ fields }) => fields.some((field) => credentials.includes(field)));
  const most: Record<string, number> = {};
  const home = { 'x-forwarded-for': '203.0.113.9' };
  for (const procedure of looking) {
    await using app = await testApp();
    const person = await withApp(app);
    const inputOf: Record<string, () => Promise<object>> = {
      'auth.login': async () => ({ password: 'wrong horse' }),
      'auth.sessions.verify': async () => ({ password: 'wrong horse' }),
      'auth.password.change': async () => ({ currentPassword: 'wrong horse' }),
      'auth.factors.prove': async () => ({ proof: await pending(app), factor: wrong }),
      'auth.factors.verify': async () => ({ factor: wrong }),
      'auth.passkeys.signIn': async () => ({ ceremony: (await start(app, 'passkeys/startSignIn')).ceremony }),
    };
    const headers = { ...home, ...(procedure.assurance === 'none' ? {} : person.headers) };
    let count = 0;
    let last = '';
    for (; count < 150 && last !== 'RATE_LIMITED'; count += 1) {
      const input = { ...procedure.input, ...(await inputOf[procedure.path]?.()) };
      last = await outcomeOf(await call(app, ['/api/', procedure], { input, headers }));
    }
    most[procedure.path] = count - 1;
  }
  expect(most).toEqual({
    'auth.register': 10,
    'auth.login': 5,
    'auth.sessions.verify': 5,
    'auth.password.change': 5,
    'auth.factors.prove': 5,
    'auth.factors.verify': 5,
    'auth.passkeys.signIn': 10,
    'auth.passwordReset.complete': 20,
    'auth.email.verify': 20,
    'auth.email.confirmChange': 20,
    'auth.email.undoChange': 20,
    // What nobody guesses, of 256 bits; and the code of an app whose seed the caller was just given.
    'auth.factors.enrol': 100,
    'auth.factors.challenge': 100,
    'auth.passkeys.register': 100,
    'auth.totp.confirm': 100,
  });
});

test('GHSA-85v8-vx4w-q684 wrong codes count for the account, in fresh logins and in sessions alike', async () => {
  for (const face of faces) {
    await using app = await testApp();
    const { headers, code, recoveryCodes } = await withApp(app);
    const path = (name: string) => (face === '/api/' ? `/api/auth/factors/${name}` : `/trpc/auth.factors.${name}`);
    const proving = async (factor: object) =>
      await outcomeOf(await app.post(path('prove'), { proof: await pending(app), factor, deliver: 'token' }));
    const verifying = async (factor: object) => await outcomeOf(await app.post(path('verify'), { factor }, headers));
    const recovery = { method: 'recoveryCode', code: recoveryCodes[0] };
    expect([await proving(wrong), await verifying(wrong), await proving({ ...recovery, code: 'AAAA' })]).toEqual(
      Array(3).fill('FACTOR_WRONG'),
    );
    expect([await verifying({ ...recovery, code: 'AAAA' }), await proving(wrong)]).toEqual(
      Array(2).fill('FACTOR_WRONG'),
    );
    for (const factor of [wrong, totp(code()), recovery])
      expect([await proving(factor), await verifying(factor)]).toEqual(Array(2).fill('RATE_LIMITED'));
  }
});

test('CVE-2026-9798 an app that is locked is so on every way, and an account that is disabled is so for every factor', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const person = await withApp(app);
  const { passkey, headers, userId } = await withPasskey(app, {}, person);
  write(app, 'update totps set failures = 100');
  for (const prefix of ['/api/auth/factors/', '/trpc/auth.factors.']) {
    const proof = await pending(app);
    const factor = totp(person.code());
    expect(await outcomeOf(await app.post(`${prefix}prove`, { proof, factor }))).toBe('FACTOR_LOCKED');
    expect(await outcomeOf(await app.post(`${prefix}verify`, { factor }, headers))).toBe('FACTOR_LOCKED');
  }
  expect(await outcome(await proveBy(app, passkey))).toBe('done');

  const proof = await pending(app);
  const asked = await start(app, 'factors/challenge', {}, { proof });
  await app.auth.users.disable(userId);
  const response = usePasskey(passkey, asked.options, { origin: app.url });
  const before = sessionsIn(app);
  for (const factor of [
    { method: 'passkey', ceremony: asked.ceremony, response },
    totp(person.code()),
    { method: 'recoveryCode', code: person.recoveryCodes[0] },
  ])
    expect(await outcome(await app.post('/api/auth/factors/prove', { proof, factor }))).toBe('PROOF_SPENT');
  expect(await outcome(await signInBy(app, passkey))).toBe('ACCOUNT_DISABLED');
  expect(await outcome(await app.post('/api/auth/login', ada))).toBe('ACCOUNT_DISABLED');
  expect(sessionsIn(app)).toBe(before);
});

test.each<'cookie' | 'token'>(['cookie', 'token'])(
  'GHSA-xg6x-h9c9-2m83 nothing that the first step has given is a session anywhere: for a %s',
  async (deliver) => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    await withApp(app);
    const login = await app.post('/api/auth/login', { ...ada, deliver });
    const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
    expect([cookies, cookieOf(login)]).toEqual([[], undefined]);
    const given = [...new Set((await login.text()).match(/[\w-]{20,}/g))];
    expect(given.length).toBeGreaterThan(0);
    const carriers: Headers[] = given.flatMap((text) => [
      bearer(text),
      { cookie: `latchkey_session=${text}` },
      { cookie: `__Host-latchkey_session=${text}` },
    ]);
    const before = read(app, 'select json_array(id, hex(token_hash)) from sessions order by id');
    for (const [face, procedure] of everyCall) {
      if (procedure.path === 'auth.register' || procedure.path === 'auth.login') continue;
      for (const headers of carriers) {
        const answer = await call(app, [face, procedure], { headers });
        expect(cookieOf(answer)?.replace(/^.*=/, '') ?? '').toBe('');
        const said = await answer.clone().text();
        expect(said).not.toMatch(/"token"|"signedIn"/);
        if (procedure.assurance !== 'none')
          expect([procedure.path, answer.status, await outcomeOf(answer)]).toEqual([
            procedure.path,
            401,
            expect.stringMatching(/^SESSION_ENDED|NOT_SIGNED_IN$/),
          ]);
      }
    }
    expect(read(app, 'select json_array(id, hex(token_hash)) from sessions order by id')).toEqual(before);
  },
);

test('CVE-2025-64103 a factor that somebody has set up of their own will is asked for, and is not enough alone', async () => {
  await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'never' } });
  const elsewhere = await signIn(app);
  const { code, headers } = await withApp(app);
  expect(await statusOfMe(app, elsewhere.headers)).toBe(401);
  expect(await statusOfMe(app, headers)).toBe(200);
  const before = sessionsIn(app);
  expect(await (await app.post('/api/auth/login', ada)).json()).toMatchObject({ status: 'factorNeeded' });
  const withoutPassword = await app.post('/api/auth/login', { ...ada, password: 'wrong horse', code: code() });
  expect(await outcome(withoutPassword)).toBe('INPUT_INVALID');
  expect(await outcome(await prove(app, newToken().reveal(), totp(code())))).toBe('PROOF_SPENT');
  expect(await outcome(await app.post('/api/auth/factors/verify', { factor: totp(code()) }))).toBe('NOT_SIGNED_IN');
  expect(sessionsIn(app)).toBe(before);
});

test('CVE-2026-15616 every way to sign in that there is asks for the factor of an account, or is one', async () => {
  expect(signingIn.toSorted()).toEqual(['auth.factors.prove', 'auth.login', 'auth.passkeys.signIn', 'auth.register']);
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  await withApp(app);
  const before = sessionsIn(app);
  for (const path of ['/api/auth/login', '/trpc/auth.login'])
    for (const deliver of ['cookie', 'token'])
      expect(await (await app.post(path, { ...ada, deliver })).text()).toContain('"factorNeeded"');
  expect(await outcome(await app.post('/api/auth/register', ada))).toBe('EMAIL_TAKEN');
  const { options, ceremony } = await start(app, 'passkeys/startSignIn');
  const stranger = await withPasskey(app, { email: 'eve@example.com' });
  const response = { ...usePasskey(stranger.passkey, options, { origin: app.url }), id: 'aaaa', rawId: 'aaaa' };
  const answer = await app.post('/api/auth/passkeys/signIn', { ceremony, response });
  expect(await outcome(answer)).toBe('PASSKEY_REFUSED');
  // Hers, and the stranger's own.
  expect(sessionsIn(app)).toBe(Number(before) + 1);
});

test('kratos #4317 two proofs that somebody reads the mails are not two factors', async () => {
  await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
  await app.post('/api/auth/register', ada);
  const verification = await mailed(app, ada.email, 'verify-email');
  expect(await outcome(await follow(app, 'verify', verification))).toBe('done');
  expect(await outcome(await complete(app, await mailedToken(app, ada.email), newPassword))).toBe('done');
  const login = await app.post('/api/auth/login', { ...ada, password: newPassword, deliver: 'token' });
  expect(await login.json()).toMatchObject({ status: 'factorNeeded', methods: [] });
  expect(sessionsIn(app)).toBe(0);
});

/** Whatever changes, or begins to change, the factors of who is signed in. */
const changing = procedures.filter(
  ({ path, type, assurance }) =>
    type === 'mutation' && assurance !== 'none' && /^auth\.(totp|passkeys|recoveryCodes|factors)\./.test(path),
);
const again = 'VERIFY_AGAIN';
/** They are how somebody shows it. */
const showing = ['auth.factors.verify', 'auth.factors.startVerification'];

test('CVE-2026-84313 a session in which nothing was shown lately changes no factor, nor begins to', async () => {
  const guarded = changing.filter(({ path }) => !showing.includes(path));
  expect(guarded.map(({ path }) => path)).toEqual(
    expect.arrayContaining(
      ['totp.enrol', 'totp.confirm', 'totp.disable', 'recoveryCodes.replace', 'passkeys.register', 'passkeys.rename']
        .concat('passkeys.remove', 'passkeys.startRegistration')
        .map((path) => `auth.${path}`),
    ),
  );
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const person = await withApp(app);
  const { headers, id } = await withPasskey(app, {}, person);
  app.clock.forward(hours(1));
  const factors = () =>
    ['totps', 'passkeys', 'recovery_codes', 'ceremonies'].map((table) => read(app, `select count(*) from ${table}`)[0]);
  const names = () => read(app, 'select name from passkeys');
  const before = [factors(), names()];
  const refused = async (procedure: Procedure, by: Headers): Promise<string[]> =>
    await Promise.all(
      faces.map(async (face) => {
        const input = { ...procedure.input, ...(procedure.fields.includes('id') && { id }) };
        return await outcomeOf(await call(app, [face, procedure], { input, headers: by }));
      }),
    );
  for (const one of guarded) expect([one.path, ...(await refused(one, headers))]).toEqual([one.path, again, again]);
  // Nor one in which it is the password alone.
  const shown = await app.post('/api/auth/sessions/verify', { password: ada.password }, headers);
  const byPassword = await renewedBy(shown);
  for (const one of guarded) expect([one.path, ...(await refused(one, byPassword))]).toEqual([one.path, again, again]);
  expect([factors(), names()]).toEqual(before);
});
