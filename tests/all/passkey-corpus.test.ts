import { describe, expect, test } from 'vitest';

import { usePasskey } from '../support/authenticator.ts';
import type { Saying } from '../support/authenticator.ts';
import { accountRows, assertionChanges, notAnswers, notAssertions, saidWrong } from '../support/changed-answers.ts';
import { pending } from '../support/factors.ts';
import { start, withPasskey } from '../support/passkeys.ts';
import type { WithPasskey } from '../support/passkeys.ts';
import { outcome } from '../support/people.ts';
import { testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com' };

/** What is asked of a passkey, and where its answer goes. */
interface Asked {
  ceremony: string;
  options: { challenge: string; rpId: string };
  answer(response: unknown, ceremony?: string): Promise<Response>;
}

type Way = (app: TestApp, person: WithPasskey) => Promise<Asked>;

/** Each way to show one. */
const ways: Record<string, Way> = {
  async 'instead of a password'(app) {
    const asked = await start(app, 'passkeys/startSignIn');
    const answer: Asked['answer'] = async (response, ceremony = asked.ceremony) =>
      await app.post('/api/auth/passkeys/signIn', { ceremony, response, deliver: 'token' });
    return { ...asked, answer };
  },
  async 'after the password'(app) {
    const proof = await pending(app);
    const asked = await start(app, 'factors/challenge', {}, { proof });
    const answer: Asked['answer'] = async (response, ceremony = asked.ceremony) =>
      await app.post('/api/auth/factors/prove', {
        proof,
        factor: { method: 'passkey', ceremony, response },
        deliver: 'token',
      });
    return { ...asked, answer };
  },
  async 'in a session'(app, { headers }) {
    const asked = await start(app, 'factors/startVerification', headers);
    const answer: Asked['answer'] = async (response, ceremony = asked.ceremony) =>
      await app.post('/api/auth/factors/verify', { factor: { method: 'passkey', ceremony, response } }, headers);
    return { ...asked, answer };
  },
};

const refusals = ['PASSKEY_REFUSED', 'FACTOR_WRONG'];
const everyone = { env: { RATE_LIMITS: 'off' } };

/** Refuses it everywhere, and nothing has changed by it. */
async function expectRefused(
  app: TestApp,
  { reasons, asked }: { reasons: string[]; asked: Asked },
  [response, ceremony]: [response: unknown, ceremony?: string],
): Promise<void> {
  const before = await accountRows(app);
  const answer = await asked.answer(response, ceremony);
  expect(reasons).toContain(await outcome(answer));
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await answer.text()).not.toContain('"token"');
  expect(await accountRows(app)).toEqual(before);
}

describe.each(Object.entries(ways))('an answer of a passkey %s', (name, way) => {
  test('gitlab #585333 is taken as it was made, and with what browsers may add to it', async () => {
    await using app = await testApp();
    const person = await withPasskey(app);
    const said = (saying: object) => JSON.stringify({ ...saying, other_keys_can_be_added_here: 'do not compare' });
    const asked = await way(app, person);
    const response = usePasskey(person.passkey, asked.options, { origin: app.url, written: said, flags: 0x18 });
    const more = { ...response, authenticatorAttachment: 'cross-platform', extra: { of: 'a browser' } };
    expect(await outcome(await asked.answer(more))).toBe('done');
  });

  test.each(Object.keys(saidWrong('http://localhost:1')))('is refused where %s', async (which) => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const saying = saidWrong(app.url)[which];
    const response = usePasskey(person.passkey, asked.options, { origin: app.url, ...saying });
    await expectRefused(app, { reasons: refusals, asked }, [response]);
    // The right one comes too late: what was asked is over.
    const right = usePasskey(person.passkey, asked.options, { origin: app.url });
    await expectRefused(app, { reasons: ['PROOF_SPENT'], asked }, [right]);
  });

  test.each(Object.entries(assertionChanges))('gitlab #585333 is refused where %s', async (_which, change) => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const response = usePasskey(person.passkey, asked.options, { origin: app.url });
    await expectRefused(app, { reasons: refusals, asked }, [change(response)]);
  });

  test('is refused where it has not its form, and may be given again', async () => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const right = usePasskey(person.passkey, asked.options, { origin: app.url });
    for (const change of [...Object.values(notAnswers), ...Object.values(notAssertions)])
      await expectRefused(app, { reasons: ['INPUT_INVALID'], asked }, [change(right)]); // oxlint-disable-line no-await-in-loop
    expect(await outcome(await asked.answer(right))).toBe('done');
  });

  test.each<[string, Partial<Saying>]>([
    ['made', { type: 'webauthn.create' }],
    ['attested, without what is', { flags: 0x40 }],
  ])('is refused where it says that it is %s', async (_which, saying) => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const response = usePasskey(person.passkey, asked.options, { origin: app.url, ...saying });
    await expectRefused(app, { reasons: refusals, asked }, [response]);
  });

  test('gitlab #585333 is refused where the passkey of somebody else has signed, by either name', async () => {
    await using app = await testApp(everyone);
    const [person, other] = [await withPasskey(app), await withPasskey(app, eve)];
    const by = async (change: (response: ReturnType<typeof usePasskey>) => object) => {
      const asked = await way(app, person);
      const response = usePasskey(other.passkey, asked.options, { origin: app.url });
      await expectRefused(app, { reasons: refusals, asked }, [change(response)]);
    };
    const { id, userHandle } = person.passkey;
    await by((answer) => ({ ...answer, id, rawId: id }));
    await by((answer) => ({ ...answer, id, rawId: id, response: { ...answer.response, userHandle } }));
    await by((answer) => ({ ...answer, response: { ...answer.response, userHandle } }));
    // Whole it is a sign-in of the other one, and of nobody else.
    if (name === 'instead of a password') return;
    await by((answer) => answer);
  });

  test('is refused for what was asked of somebody else, or for something else', async () => {
    await using app = await testApp(everyone);
    const [person, other] = [await withPasskey(app), await withPasskey(app, eve)];
    const { options, ceremony } = await start(app, 'passkeys/startRegistration', person.headers);
    const elsewhere = [
      { options: { ...options, rpId: options.rp.id }, ceremony },
      await start(app, 'factors/startVerification', other.headers),
      await start(app, 'factors/challenge', {}, { proof: await pending(app, eve) }),
      ...(await Promise.all(Object.values(ways).map(async (another) => await another(app, person)))).filter(
        (_asked, at) => Object.keys(ways)[at] !== name || name !== 'instead of a password',
      ),
    ];
    for (const theirs of elsewhere) {
      /* oxlint-disable no-await-in-loop */
      const asked = await way(app, person);
      const sign = (of: Asked['options']) => usePasskey(person.passkey, of, { origin: app.url });
      const isSame = name === 'in a session' && theirs === elsewhere.at(-1);
      // Of the same session it is as good as this one.
      if (!isSame)
        await expectRefused(app, { reasons: ['PROOF_SPENT'], asked }, [sign(theirs.options), theirs.ceremony]);
      await expectRefused(app, { reasons: refusals, asked }, [sign(theirs.options)]);
    }
  });

  test('is refused the second time', async () => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const response = usePasskey(person.passkey, asked.options, { origin: app.url });
    expect(await outcome(await asked.answer(response))).toBe('done');
    const before = await accountRows(app);
    expect(['PROOF_SPENT', 'SESSION_ENDED']).toContain(await outcome(await asked.answer(response)));
    expect(await accountRows(app)).toEqual(before);
  });

  test('is refused where the counter stands still or goes back', async () => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const signed = async (signCount: number) => {
      const asked = await way(app, person);
      return { asked, response: usePasskey(person.passkey, asked.options, { origin: app.url, signCount }) };
    };
    // Signed before, and so good still under the session's token as it is.
    const late = [await signed(7), await signed(6), await signed(0)];
    const first = await signed(7);
    const { orm, tables } = await app.db();
    await orm.update(tables.passkeys).set({ signCount: 7 });
    for (const { asked, response } of [...late, first])
      await expectRefused(app, { reasons: refusals, asked }, [response]); // oxlint-disable-line no-await-in-loop
    const { asked, response } = await signed(8);
    expect(await outcome(await asked.answer(response))).toBe('done');
  });
});

test.each([
  'https://app.example.com:8443',
  'http://app.example.com',
  'https://example.com',
  'https://www.app.example.com',
])('an answer of a passkey from %s is refused where the pages are at https://app.example.com', async (origin) => {
  await using app = await testApp({ env: { ...everyone.env, APP_URL: 'https://app.example.com' } });
  const pages = { ...app, url: 'https://app.example.com' };
  const { passkey } = await withPasskey(pages);
  const answerFrom = async (from: string) => {
    const { ceremony, options } = await start(app, 'passkeys/startSignIn');
    const response = usePasskey(passkey, options, { origin: from });
    return await outcome(await app.post('/api/auth/passkeys/signIn', { ceremony, response, deliver: 'token' }));
  };
  expect(await answerFrom(pages.url)).toBe('done');
  expect(await answerFrom(origin)).toBe('PASSKEY_REFUSED');
});

test.each(Object.entries(ways))(
  'a passkey that says of nobody that it is theirs is enough only where that is known: %s',
  async (name, way) => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await way(app, person);
    const { response, ...answer } = usePasskey(person.passkey, asked.options, { origin: app.url });
    const { userHandle: _whose, ...silent } = response;
    const isAlone = name === 'instead of a password';
    const given = await outcome(await asked.answer({ ...answer, response: silent }));
    expect(given).toBe(isAlone ? 'PASSKEY_REFUSED' : 'done');
  },
);

describe('how a passkey makes sure who is there', () => {
  test('GHSA-h4fw-6r7f-w494 CVE-2025-12150 is not for the client to choose', async () => {
    await using app = await testApp(everyone);
    const person = await withPasskey(app);
    const asked = await ways['instead of a password']?.(app, person);
    expect(asked?.options).toMatchObject({ userVerification: 'required' });
    const started = await app.post('/api/auth/passkeys/startSignIn', { userVerification: 'discouraged' });
    expect(await outcome(started)).toBe('INPUT_INVALID');
    for (const field of ['userVerification', 'requireUserVerification']) {
      /* oxlint-disable no-await-in-loop */
      const { ceremony, options } = await start(app, 'passkeys/startSignIn');
      const response = usePasskey(person.passkey, options, { origin: app.url, isVerified: false });
      const before = await accountRows(app);
      const beside = await app.post('/api/auth/passkeys/signIn', { ceremony, response, [field]: false });
      expect(await outcome(beside)).toBe('INPUT_INVALID');
      const within = { ...response, [field]: 'discouraged' };
      const answer = await app.post('/api/auth/passkeys/signIn', { ceremony, response: within });
      expect(await outcome(answer)).toBe('PASSKEY_REFUSED');
      expect(await accountRows(app)).toEqual(before);
    }
  });
});
