import { expect, test } from 'vitest';

import { createVerifier } from '../../examples/verify-token.ts';
import { forged, realKey, service } from '../support/forged-tokens.ts';
import type { Json } from '../support/forged-tokens.ts';
import { signIn } from '../support/people.ts';
import { call, everyCall, outcomeOf } from '../support/procedures.ts';
import { linkedToken } from '../support/reset-links.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada } from '../support/test-app.ts';
import { audience, issue, issued, issuer, keysOf, partsOf } from '../support/tokens.ts';

test('9.2.1 a token counts within its time only, and has one', async () => {
  await using one = await service();
  const signing = await realKey(one.app);
  const now = Math.floor(Date.now() / 1000);
  const { exp: _exp, ...endless } = one.claims;
  const wrong: Json[] = [
    { ...one.claims, exp: now - 1 },
    { ...one.claims, exp: 0 },
    { ...one.claims, exp: String(now + 300) },
    { ...one.claims, nbf: now + 60 },
    endless,
  ];
  for (const claims of wrong)
    expect(await one.isTaken(forged(one.header, claims, signing)), `with ${JSON.stringify(claims)}`).toBe(false);
  expect(await one.isTaken(forged(one.header, one.claims, signing))).toBe(true);

  // As it is issued: five minutes ago.
  one.app.clock.forward(-300_000);
  expect(await one.isTaken(await issued(one.app, one.person))).toBe(false);
});

/** What a procedure takes that is a token of some kind. */
const fieldsOfTokens = ['token', 'proof', 'ceremony', 'id', 'code', 'currentPassword'];

test('9.2.2 a token for other services is none here: no procedure takes it, in a header, a cookie or an input', async () => {
  await using one = await service();
  const carriers: Record<string, string>[] = [
    { authorization: `Bearer ${one.jwt}` },
    { cookie: `__Host-latchkey_session=${one.jwt}` },
  ];
  const open = ['auth.me', 'auth.logout'];
  const guarded = everyCall.filter(([, { path, assurance }]) => assurance !== 'none' || open.includes(path));
  expect(guarded.length).toBeGreaterThan(40);
  for (const headers of carriers) {
    for (const [face, procedure] of guarded)
      expect(await outcomeOf(await call(one.app, [face, procedure], { headers })), `by ${procedure.path}`).toBe(
        'SESSION_ENDED',
      );
    expect((await one.app.get('/api/auth/verify', headers)).status).toBe(401);
  }

  const inputs = everyCall.flatMap(([face, procedure]) =>
    procedure.fields.filter((name) => fieldsOfTokens.includes(name)).map((name) => ({ face, procedure, name })),
  );
  expect(inputs.length).toBeGreaterThan(15);
  for (const { face, procedure, name } of inputs) {
    const headers = procedure.assurance === 'none' ? {} : one.person.headers;
    const input = { ...procedure.input, [name]: one.jwt };
    const answer = await call(one.app, [face, procedure], { input, headers });
    expect(answer.ok, `${procedure.path} with it as ${name}`).toBe(false);
  }
});

test('9.2.2 nothing else that there is to hold passes for such a token, nor does one of another kind by the same key', async () => {
  await using one = await service();
  const { token: session } = await (await one.app.post('/api/auth/login', { ...ada, deliver: 'token' })).json();
  for (const other of [session, await linkedToken(one.app, ada.email), one.person.sessionId, one.person.userId])
    expect(await one.isTaken(other)).toBe(false);

  const signing = await realKey(one.app);
  const { typ: _typ, ...untyped } = one.header;
  const heads: Json[] = [
    untyped,
    ...['JWT', 'id+jwt', 'logout+jwt', 'dpop+jwt', '', 0].map((typ) => ({ ...untyped, typ })),
  ];
  for (const header of heads)
    expect(await one.isTaken(forged(header, one.claims, signing)), `with ${JSON.stringify(header)}`).toBe(false);
});

test('9.2.3 a token counts for the service that it names and from the issuer that it names', async () => {
  await using one = await service();
  const signing = await realKey(one.app);
  const { aud: _aud, ...forNobody } = one.claims;
  const { iss: _iss, ...byNobody } = one.claims;
  const { sub: _sub, ...ofNobody } = one.claims;
  const wrong: Json[] = [
    forNobody,
    byNobody,
    ofNobody,
    ...[
      'https://other.example.com',
      `${audience}/`,
      audience.toUpperCase(),
      '',
      issuer,
      [],
      ['https://other.example.com'],
    ].map((aud) => ({ ...one.claims, aud })),
    ...[`${issuer}/`, 'http://auth.example.com', 'https://evil.example', '', audience, [issuer]].map((iss) => ({
      ...one.claims,
      iss,
    })),
  ];
  for (const claims of wrong)
    expect(await one.isTaken(forged(one.header, claims, signing)), `with ${JSON.stringify(claims)}`).toBe(false);
});

test('9.2.4 where one key signs for several services each token names one of them, and is refused by the others', async () => {
  const files = 'https://files.example.com';
  await using one = await service({ TOKEN_AUDIENCE: `${audience},${files}` });
  const forFiles = await issued(one.app, one.person, { audience: files });
  expect([one.claims['aud'], partsOf(forFiles).claims['aud']]).toEqual([audience, files]);
  expect(partsOf(forFiles).header['kid']).toBe(one.header['kid']);
  const atFiles = createVerifier({ issuer, audience: files, keysAt: one.app.url });
  expect(await atFiles(forFiles)).toBe(one.person.userId);
  expect(await one.isTaken(forFiles)).toBe(false);
  await expect(atFiles(one.jwt)).rejects.toThrow('unexpected "aud" claim value');

  for (const input of [{ audience: `${audience},${files}` }, { audience: [audience, files] }, { audience: '*' }, {}])
    expect((await issue(one.app, one.person, input)).status).toBe(400);
});

test('11.6.1 keys are made and signatures checked by approved algorithms only: Ed25519 here, and those of a closed list from passkeys', async () => {
  await using one = await service();
  for (const { kty, crv, alg, x } of (await keysOf(one.app)).keys)
    expect([kty, crv, alg, Buffer.from(x, 'base64url').length]).toEqual(['OKP', 'Ed25519', 'EdDSA', 32]);
  const made = sources.flatMap((file) =>
    [...textOf(file).matchAll(/generateKeyPair\w*\(([^)]*)\)/g)].map(([, how]) => how),
  );
  expect(made).toEqual(["alg, { crv: 'Ed25519', extractable: true }"]);

  const { headers } = await signIn(one.app);
  const offer = await (await one.app.post('/api/auth/passkeys/startRegistration', {}, headers)).json();
  // EdDSA, ECDSA on P-256 with SHA-256, RSA with SHA-256, as COSE numbers them (FIPS 186-5).
  expect(offer.options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg)).toEqual([-8, -7, -257]);
});

test('11.4.3 what is signed is hashed to 256 bits at least: SHA-512 inside Ed25519, SHA-256 beside the others', async () => {
  await using one = await service();
  for (const { crv } of (await keysOf(one.app)).keys) expect(crv).toBe('Ed25519');
  // By their COSE numbers: EdDSA, ES256, RS256. None of RS1, which is SHA-1.
  const { headers } = await signIn(one.app);
  const offer = await (await one.app.post('/api/auth/passkeys/startRegistration', {}, headers)).json();
  expect(offer.options.pubKeyCredParams).not.toContainEqual(expect.objectContaining({ alg: -65_535 }));
  expect(offer.options.pubKeyCredParams).toHaveLength(3);
});
