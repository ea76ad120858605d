// Published weaknesses of other products, by the first id of their advisories: second factors and passkeys.
import { expect, test } from 'vitest';

import { minutes } from '../server/kernel/clock.ts';
import { newToken } from '../server/kernel/token.ts';
import { usePasskey } from './support/authenticator.ts';
import { read } from './support/database.ts';
import { codeAhead, pending, prove, withApp } from './support/factors.ts';
import { follow, mailed } from './support/mail-links.ts';
import { start, withPasskey } from './support/passkeys.ts';
import { fiftyAtOnce, outcome, renewedBy } from './support/people.ts';
import { call, everyCall } from './support/procedures.ts';
import { complete } from './support/reset-links.ts';
import { ada, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

const newPassword = 'a horse of another colour';
type PasskeyOptions = Parameters<typeof usePasskey>[1];
const sessionsIn = (app: TestApp): unknown => read(app, 'select count(*) from sessions')[0];
const totp = (code: string) => ({ method: 'totp', code });
const recovery = (code = '') => ({ method: 'recoveryCode', code });

test('CVE-2026-105211 no answer holds a code that would be right, whoever asks and however', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const { secret, recoveryCodes } = await withApp(app);
  const right = () => [-1, 0, 1].map((steps) => codeAhead(app, secret, steps));
  const stored = read(app, 'select lower(hex(code_hash)) from recovery_codes').map(String);
  for (const [face, procedure] of everyCall) {
    const proof = await pending(app);
    for (const more of [{}, { proof }, { proof, deliver: 'token' }, { returnCode: true }, { proof, sendCode: true }]) {
      const answer = await call(app, [face, procedure], { input: { ...procedure.input, ...more } });
      const said = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
      for (const code of [...recoveryCodes, ...stored, secret]) expect(said).not.toContain(code);
      expect(said.match(/(?<![\w-])\d{6}(?![\w-])/g)?.filter((found) => right().includes(found)) ?? []).toEqual([]);
    }
  }
});

test('CVE-2026-18963 no step of any flow is reached with what another flow, or another step, has given', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const person = await withApp(app);
  const { passkey, headers } = await withPasskey(app, {}, person);
  const given: Record<string, () => Promise<{ token: string; options?: PasskeyOptions }>> = {
    nobody: async () => ({ token: newToken().reveal() }),
    login: async () => ({ token: await pending(app) }),
    challenge: async () => await asked('factors/challenge', {}, { proof: await pending(app) }),
    startSignIn: async () => await asked('passkeys/startSignIn'),
    startVerification: async () => await asked('factors/startVerification', headers),
    startRegistration: async () => ({ token: (await start(app, 'passkeys/startRegistration', headers)).ceremony }),
    'mail to verify': async () => {
      app.clock.forward(minutes(1));
      await app.post('/api/auth/email/resend', { email: ada.email });
      return { token: await mailed(app, ada.email, 'verify-email') };
    },
  };
  const asked = async (path: string, by = {}, input = {}) => {
    const { ceremony, options } = await start(app, path, by, input);
    return { token: ceremony as string, options: options as PasskeyOptions };
  };
  const signedFor = async (options?: PasskeyOptions) =>
    usePasskey(passkey, options ?? (await asked('passkeys/startSignIn')).options, { origin: app.url });
  type Given = Awaited<ReturnType<(typeof given)[string]>>;
  const asBearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const steps: Record<string, (one: Given) => Promise<Response>> = {
    'prove by a code': async ({ token }) => await prove(app, token, totp(person.code())),
    'prove by a recovery code': async ({ token }) => await prove(app, token, recovery(person.recoveryCodes[0])),
    signIn: async ({ token: ceremony, options }) =>
      await app.post('/api/auth/passkeys/signIn', { ceremony, response: await signedFor(options), deliver: 'token' }),
    verify: async ({ token }) => await follow(app, 'verify', token),
    confirmChange: async ({ token }) => await follow(app, 'confirmChange', token),
    undoChange: async ({ token }) => await follow(app, 'undoChange', token),
    reset: async ({ token }) => await complete(app, token, newPassword),
    'totp.disable': async ({ token }) => await app.post('/api/auth/totp/disable', {}, asBearer(token)),
    'factors.verify': async ({ token }) =>
      await app.post('/api/auth/factors/verify', { factor: totp(person.code()) }, asBearer(token)),
    'sessions.verify': async ({ token }) =>
      await app.post('/api/auth/sessions/verify', { password: ada.password }, asBearer(token)),
    me: async ({ token }) => await app.get('/api/auth/me', asBearer(token)),
  };
  const reached: string[] = [];
  for (const [from, give] of Object.entries(given)) {
    for (const [to, go] of Object.entries(steps)) {
      const before = Number(sessionsIn(app));
      const reason = await outcome(await go(await give()));
      if (reason === 'done') reached.push(`${from} > ${to}: ${Number(sessionsIn(app)) - before}`);
      else expect([from, to, reason]).toEqual([from, to, expect.stringMatching(/^(PROOF|LINK)_SPENT|SESSION_ENDED$/)]);
    }
  }
  expect(reached).toEqual([
    'login > prove by a code: 1',
    'login > prove by a recovery code: 1',
    'startSignIn > signIn: 1',
    'mail to verify > verify: 0',
  ]);
});

test.each<['code of an app' | 'recovery code']>([['code of an app'], ['recovery code']])(
  'GHSA-w73w-g5xw-rwhf the same %s is taken once, though it is shown at once after a password and in sessions',
  async (kind) => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const person = await withApp(app);
    const ways: (() => Promise<Response>)[] = [];
    const sessions = [person.headers];
    for (let count = 0; count < 5; count += 1) {
      const answer = await prove(app, await pending(app), totp(person.code()));
      sessions.push(await renewedBy(answer));
    }
    const proofs: string[] = [];
    for (let count = 0; count < 44; count += 1) proofs.push(await pending(app));
    const factor = kind === 'code of an app' ? totp(person.code()) : recovery(person.recoveryCodes[0]);
    for (const headers of sessions)
      ways.push(async () => await app.post('/api/auth/factors/verify', { factor }, headers));
    for (const proof of proofs) ways.push(async () => await prove(app, proof, factor));
    expect(ways).toHaveLength(50);
    const { outcomes } = await fiftyAtOnce(async () => (await ways.pop()?.()) ?? Response.error());
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
  },
);

test('CVE-2026-31875 a recovery code is consumed by its use, wherever it is used, and no other one is', async () => {
  await using app = await testApp();
  const { headers, recoveryCodes } = await withApp(app);
  const left = async (by: Record<string, string>) =>
    (await (await app.get('/api/auth/factors/list', by)).json()).recoveryCodesLeft;
  const [first, second] = [recovery(recoveryCodes[0]), recovery(recoveryCodes[1])];
  expect(await outcome(await prove(app, await pending(app), first))).toBe('done');
  expect(await left(headers)).toBe(9);
  expect(await outcome(await app.post('/api/auth/factors/verify', { factor: first }, headers))).toBe('FACTOR_WRONG');
  const verified = await app.post('/api/auth/factors/verify', { factor: second }, headers);
  const renewed = await renewedBy(verified);
  expect(await left(renewed)).toBe(8);
  for (const factor of [first, second])
    expect(await outcome(await prove(app, await pending(app), factor))).toBe('FACTOR_WRONG');
  expect(await left(renewed)).toBe(8);
});

test('CVE-2026-107276 each of ten recovery codes is taken once by fifty who show all of them at once', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  const { recoveryCodes } = await withApp(app);
  const tries: { proof: string; code: string }[] = [];
  for (let count = 0; count < 50; count += 1)
    tries.push({ proof: await pending(app), code: recoveryCodes[count % 10] ?? '' });
  const before = Number(sessionsIn(app));
  const { outcomes } = await fiftyAtOnce(async () => {
    const { proof = '', code = '' } = tries.pop() ?? {};
    return await prove(app, proof, recovery(code));
  });
  expect(outcomes.filter((one) => one === 'done')).toHaveLength(10);
  expect(Number(sessionsIn(app)) - before).toBe(10);
  expect(read(app, 'select count(*) from recovery_codes')).toEqual([0]);
});

test('GHSA-8g9r-9wjw-37j4 a passkey is renamed and removed by its owner only', async () => {
  await using app = await testApp();
  const [owner, other] = [await withPasskey(app), await withPasskey(app, { email: 'eve@example.com' })];
  for (const [procedure, input] of [
    ['rename', { id: owner.id, name: 'Mine' }],
    ['remove', { id: owner.id }],
    ['remove', { id: '01a206d4-ffd6-7d39-b4b8-665215da9977' }],
  ] as const)
    // oxlint-disable-next-line no-await-in-loop
    expect(await outcome(await app.post(`/api/auth/passkeys/${procedure}`, input, other.headers))).toBe(
      'FACTOR_UNKNOWN',
    );
  const { passkeys } = await (await app.get('/api/auth/passkeys/list', owner.headers)).json();
  expect(passkeys).toEqual([expect.objectContaining({ id: owner.id, name: 'Passkey' })]);
});
