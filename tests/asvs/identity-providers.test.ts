// There is no identity provider whose word counts here: whoever adds one changes these.
import { generateKeyPairSync, sign } from 'node:crypto';

import { expect, test } from 'vitest';

import { pending, withApp } from '../support/factors.ts';
import { forged, unsigned } from '../support/forged-tokens.ts';
import { signIn } from '../support/people.ts';
import { call, everyCall, signingIn } from '../support/procedures.ts';
import { read } from '../support/database.ts';
import { ada, testApp } from '../support/test-app.ts';
import { audience, issued } from '../support/tokens.ts';

const eve = { email: 'eve@example.com', password: ada.password };
const settings = { env: { RATE_LIMITS: 'off', TOKEN_AUDIENCE: audience } };
const startingCalls = everyCall.filter(([, { path }]) => signingIn.includes(path));

/** Everywhere that a request could carry an assertion. */
const carried = (assertion: string): Record<string, string>[] => [
  {},
  { authorization: `Bearer ${assertion}` },
  { cookie: `latchkey_session=${assertion}` },
];
const named = (assertion: string): Record<string, string> =>
  Object.fromEntries(['idToken', 'id_token', 'assertion', 'credential'].map((name) => [name, assertion]));

/** What a provider says of somebody who has shown two factors: by nobody, and by a key of its own. */
function assertionsOf(sub: string): string[] {
  const { privateKey } = generateKeyPairSync('ed25519');
  const claims = { iss: 'https://accounts.example.com', aud: audience, sub, email: eve.email, email_verified: true };
  const strong = { ...claims, exp: 4_102_444_800, amr: ['pwd', 'otp', 'mfa'], acr: 'phr' };
  return [
    forged({ alg: 'none' }, strong, unsigned),
    forged({ alg: 'EdDSA', typ: 'JWT' }, strong, (signed) => sign(null, signed, privateKey)),
  ];
}

test('6.8.1 nobody is known by what another server calls them: a session starts by what the account itself has', () => {
  const fields = startingCalls.flatMap(([, procedure]) => procedure.fields);
  expect([...new Set(fields)].toSorted()).toEqual(
    ['ceremony', 'deliver', 'email', 'factor', 'name', 'password', 'proof', 'response'].toSorted(),
  );
});

test('6.8.2 an assertion starts no session, whoever has signed it and wherever it is put', async () => {
  await using app = await testApp(settings);
  const owner = await withApp(app, eve);
  const ours = await issued(app, await signIn(app));
  const sessions = (): unknown[] => read(app, 'select id, user_id, factors from sessions order by id');
  const before = sessions();
  for (const assertion of [...assertionsOf(owner.userId), ours]) {
    for (const [face, procedure] of startingCalls) {
      const proof = await pending(app, eve);
      const own = { ...procedure.input, email: eve.email };
      const places = [
        { proof },
        { proof: assertion },
        { proof, password: assertion },
        { ceremony: assertion },
        named(assertion),
      ];
      for (const place of places) {
        for (const headers of carried(assertion)) {
          const answer = await call(app, [face, procedure], { headers, input: { ...own, ...place } });
          expect(await answer.text(), `${face}${procedure.path}`).not.toMatch(/"signedIn"|"token"/);
        }
      }
    }
    expect(sessions()).toEqual(before);
  }
});

test('6.8.4 what an assertion says of the factors that were shown counts for nothing: ours is asked for', async () => {
  await using app = await testApp(settings);
  const owner = await withApp(app, eve);
  const said = { amr: ['pwd', 'otp', 'mfa'], acr: 'phr', factors: ['password', 'totp'] };
  for (const assertion of assertionsOf(owner.userId)) {
    for (const headers of carried(assertion)) {
      const answer = await app.post('/api/auth/login', eve, headers);
      expect(await answer.json()).toMatchObject({ status: 'factorNeeded', methods: ['totp', 'recoveryCode'] });
      const saying = await app.post('/api/auth/login', { ...eve, ...said, ...named(assertion) }, headers);
      expect((await saying.json()).reason).toBe('INPUT_INVALID');
    }
  }
});
