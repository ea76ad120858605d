import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { forged, realKey, service, unsigned } from '../support/forged-tokens.ts';
import { root } from '../support/process.ts';
import { audience, issuer } from '../support/tokens.ts';

/** Debian's own comes second: it has its modules where another Python does not look. */
const python = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import jwt, cryptography']).status === 0,
);

// Asynchronous, since the server that it asks for the keys is in this process.
const verifying = `
import json, sys, verify_token
fetch, fetched = verify_token.Keys.fetch_data, []
verify_token.Keys.fetch_data = lambda self: fetched.append(1) or fetch(self)
issuer, audience, keys_at, *tokens = sys.argv[1:]
user_of = verify_token.create_verifier(issuer, audience, keys_at)
def outcome(token):
    try:
        return user_of(token)
    except verify_token.jwt.PyJWTError as error:
        return type(error).__name__
print(json.dumps({"outcomes": [outcome(token) for token in tokens], "fetched": len(fetched)}))
`;

async function verifiedAt(url: string, tokens: string[]): Promise<{ outcomes: string[]; fetched: number }> {
  if (!python)
    throw new Error(
      'The example in Python needs PyJWT: apt-get install python3-jwt python3-cryptography, as .ci/run does',
    );
  const args = ['-Bc', verifying, issuer, audience, url, ...tokens];
  const { stdout } = await promisify(execFile)(python, args, { cwd: join(root, 'examples') });
  return JSON.parse(stdout) as { outcomes: string[]; fetched: number };
}

test('the verification in Python takes a good token, and refuses each other one for what is wrong with it', async () => {
  await using one = await service();
  const { app, person, jwt, header, claims } = one;
  const real = await realKey(app);
  const now = Math.floor(Date.now() / 1000);
  const { exp: _exp, ...endless } = claims;
  const cases: [token: string, outcome: string][] = [
    [jwt, person.userId],
    [forged(header, claims, real), person.userId],
    [forged(header, { ...claims, exp: now - 1 }, real), 'ExpiredSignatureError'],
    [forged(header, endless, real), 'MissingRequiredClaimError'],
    [forged(header, { ...claims, aud: 'https://other.example.com' }, real), 'InvalidAudienceError'],
    [forged(header, { ...claims, iss: 'https://other.example.com' }, real), 'InvalidIssuerError'],
    [forged({ ...header, typ: 'JWT' }, claims, real), 'InvalidTokenError'],
    [forged({ ...header, alg: 'none' }, claims, unsigned), 'InvalidAlgorithmError'],
    [forged({ ...header, alg: 'HS256' }, claims, real), 'InvalidAlgorithmError'],
    [forged(header, { ...claims, sub: 'somebody else' }, () => Buffer.alloc(64)), 'InvalidSignatureError'],
    [forged({ ...header, kid: 'another' }, claims, real), 'PyJWKClientError'],
    ['garbage', 'DecodeError'],
  ];
  const { outcomes } = await verifiedAt(
    app.url,
    cases.map(([token]) => token),
  );
  expect(outcomes).toEqual(cases.map(([, outcome]) => outcome));
});

test('made-up keys do not make the verification in Python ask for the keys each time', async () => {
  await using one = await service();
  const madeUp = Array.from({ length: 20 }, (_, count) =>
    forged({ ...one.header, kid: `${count}` }, one.claims, unsigned),
  );
  const { outcomes, fetched } = await verifiedAt(one.app.url, [...madeUp, one.jwt]);
  expect(outcomes).toEqual([...Array(20).fill('PyJWKClientError'), one.person.userId]);
  // At first, and for the first of them; a PyJWT that pauses by itself does not even do that.
  expect(fetched).toBeLessThanOrEqual(2);
});
