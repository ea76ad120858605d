import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { createPasskey } from '../support/authenticator.ts';
import type { Making } from '../support/authenticator.ts';
import { accountRows, inside, notAnswers, saidWrong, selfAttested } from '../support/changed-answers.ts';
import { start, withPasskey } from '../support/passkeys.ts';
import { outcome, signIn } from '../support/people.ts';
import type { SignedIn } from '../support/people.ts';
import { testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const settings = { env: { RATE_LIMITS: 'off' } };
const eve = { email: 'eve@example.com' };

async function asked(app: TestApp, { headers }: SignedIn) {
  const { ceremony, options } = await start(app, 'passkeys/startRegistration', headers);
  const add = async (response: unknown, by = ceremony) =>
    await app.post('/api/auth/passkeys/register', { ceremony: by, response }, headers);
  return { ceremony, options, add };
}

/** Refuses it, and nothing has changed by it. */
async function expectRefused(app: TestApp, reason: string, add: () => Promise<Response>): Promise<void> {
  const before = await accountRows(app);
  const answer = await add();
  expect(await outcome(answer)).toBe(reason);
  expect(answer.status).toBeLessThan(500);
  expect(await accountRows(app)).toEqual(before);
}

type Key = Map<number, number | Uint8Array>;
const bytes = (text = ''): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

/** A key on a curve, as COSE has it. */
function onCurve(namedCurve: string, [algorithm, curve]: [number, number]): Key {
  const { x, y } = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
  return new Map<number, number | Uint8Array>([
    [1, 2],
    [3, algorithm],
    [-1, curve],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
}

function rsa(modulusLength: number): Key {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
  return new Map<number, number | Uint8Array>([
    [1, 3],
    [3, -257],
    [-1, bytes(n)],
    [-2, bytes(e)],
  ]);
}

function ed25519(): Key {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return new Map<number, number | Uint8Array>([
    [1, 1],
    [3, -8],
    [-1, 6],
    [-2, bytes(x)],
  ]);
}

const good: Record<string, Partial<Making>> = {
  'as usual': {},
  'that has not made sure who is there': { isVerified: false },
  'that is backed up': { flags: 0x18 },
  'of Ed25519': { cose: ed25519() },
  'of RSA with 2048 bits': { cose: rsa(2048) },
  'with the longest id that there is': { id: randomBytes(1023) },
  'that attests to itself': { format: 'packed', statement: selfAttested },
  // Nobody has asked for it, so nobody looks at it.
  'with a statement of nothing': { statement: () => new Map([['x', 1]]) },
  'with certificates': {
    format: 'packed',
    statement: (signed, key) => new Map<string, unknown>([...selfAttested(signed, key), ['x5c', [new Uint8Array(9)]]]),
  },
};

const wrong: Record<string, Partial<Making>> = {
  'its type is that of a use': { type: 'webauthn.get' },
  'its algorithm was not offered': { cose: onCurve('P-384', [-35, 2]) },
  'its curve is not that of its algorithm': { cose: onCurve('P-384', [-7, 2]) },
  'its point is not on the curve': { cose: new Map([...onCurve('P-256', [-7, 1]), [-3, new Uint8Array(32).fill(1)]]) },
  'its point is at infinity': {
    cose: new Map([...onCurve('P-256', [-7, 1]), [-2, new Uint8Array(32)], [-3, new Uint8Array(32)]]),
  },
  'its point has no second half': { cose: new Map([...onCurve('P-256', [-7, 1])].slice(0, 4)) },
  'its key is short': { cose: rsa(1024) },
  'its key is of another type than its algorithm': { cose: onCurve('P-256', [-257, 1]) },
  'its key is empty': { cose: new Map() },
};

describe('what a browser has made', () => {
  test.each(Object.entries(good))('is taken %s', async (_which, making) => {
    await using app = await testApp();
    const { options, add } = await asked(app, await signIn(app));
    const { response } = createPasskey(options, app.url, making);
    expect(await outcome(await add({ ...response, more: 'of a browser' }))).toBe('done');
  });

  test.each(Object.keys({ ...wrong, ...saidWrong('http://localhost:1') }))(
    'is refused where %s, and what was asked is over',
    async (which) => {
      await using app = await testApp(settings);
      const { options, add } = await asked(app, await signIn(app));
      const made = createPasskey(options, app.url, { ...wrong, ...saidWrong(app.url) }[which]);
      await expectRefused(app, 'PASSKEY_REFUSED', async () => await add(made.response));
      const right = createPasskey(options, app.url);
      await expectRefused(app, 'PROOF_SPENT', async () => await add(right.response));
    },
  );

  test.each([
    ['by another id than it has', (answer: object) => ({ ...answer, id: 'AAAA', rawId: 'AAAA' })],
    ['by two ids', (answer: object) => ({ ...answer, rawId: 'AAAA' })],
  ])('is refused %s', async (_which, change) => {
    await using app = await testApp(settings);
    const { options, add } = await asked(app, await signIn(app));
    const { response } = createPasskey(options, app.url);
    await expectRefused(app, 'PASSKEY_REFUSED', async () => await add(change(response)));
  });

  test.each(['AA', 'oA', 'a'.repeat(20_000), Buffer.alloc(300, 0x9f).toString('base64url')])(
    'is refused where it is other bytes: %.20s',
    async (attestationObject) => {
      await using app = await testApp(settings);
      const { options, add } = await asked(app, await signIn(app));
      const { response } = createPasskey(options, app.url);
      await expectRefused(app, 'PASSKEY_REFUSED', async () => await add(inside(response, { attestationObject })));
    },
  );

  test('is refused where it has not its form, and may be given again', async () => {
    await using app = await testApp(settings);
    const { options, add } = await asked(app, await signIn(app));
    const { response } = createPasskey(options, app.url);
    const none = [undefined, '', 'a'.repeat(20_001), 'AA==', '+/+/'].map((attestationObject) =>
      inside(response, { attestationObject }),
    );
    for (const changed of [...none, ...Object.values(notAnswers).map((change) => change(response as never))])
      await expectRefused(app, 'INPUT_INVALID', async () => await add(changed)); // oxlint-disable-line no-await-in-loop
    expect(await outcome(await add(response))).toBe('done');
  });

  test('is refused by an id that somebody else’s passkey has, and takes nothing from them', async () => {
    await using app = await testApp(settings);
    const other = await withPasskey(app, eve);
    const { options, add } = await asked(app, await signIn(app));
    const { response } = createPasskey(options, app.url, { id: Buffer.from(other.passkey.id, 'base64url') });
    await expectRefused(app, 'PASSKEY_KNOWN', async () => await add(response));
  });

  test('is refused in another session, and for what was asked for something else', async () => {
    await using app = await testApp(settings);
    const [here, elsewhere, other] = [await signIn(app), await signIn(app), await signIn(app, eve)];
    const first = await asked(app, here);
    const { response } = createPasskey(first.options, app.url);
    for (const { headers } of [elsewhere, other]) {
      const body = { ceremony: first.ceremony, response };
      const add = async () => await app.post('/api/auth/passkeys/register', body, headers);
      await expectRefused(app, 'PROOF_SPENT', add); // oxlint-disable-line no-await-in-loop
    }
    const signing = await start(app, 'passkeys/startSignIn');
    await expectRefused(app, 'PROOF_SPENT', async () => await first.add(response, signing.ceremony));
    const second = await asked(app, here);
    await expectRefused(app, 'PASSKEY_REFUSED', async () => await second.add(response));
    expect(await outcome(await first.add(response))).toBe('done');
  });
});

describe('a passkey of somebody else', () => {
  test('GHSA-8g9r-9wjw-37j4 is neither renamed nor removed by its id', async () => {
    await using app = await testApp(settings);
    const [mine, theirs] = [await withPasskey(app), await withPasskey(app, eve)];
    const { id } = theirs;
    const by = mine.headers;
    const rename = async () => await app.post('/api/auth/passkeys/rename', { id, name: 'Mine' }, by);
    await expectRefused(app, 'FACTOR_UNKNOWN', rename);
    const remove = async () => await app.post('/api/auth/passkeys/remove', { id }, by);
    await expectRefused(app, 'FACTOR_UNKNOWN', remove);
  });
});
