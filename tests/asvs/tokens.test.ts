import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { forged, realKey, service, unsigned } from '../support/forged-tokens.ts';
import type { Json, Sign } from '../support/forged-tokens.ts';
import { encoded, issued, keysOf, partsOf } from '../support/tokens.ts';

test('9.1.1 a token is verified whole: whichever bit of it is changed, it is refused', async () => {
  await using one = await service();
  const bytes = Buffer.from(one.jwt);
  const taken: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (await one.isTaken(changed.toString('latin1'))) taken.push(changed.toString('latin1'));
  }
  // Of its last letter four bits stand for nothing: where only those are changed it is the same token.
  const [beginning, signature] = [one.jwt.slice(0, -1), one.signature];
  for (const same of taken) {
    expect(same.startsWith(beginning)).toBe(true);
    expect(partsOf(same).signature).toEqual(signature);
  }
  expect(taken.length).toBeLessThanOrEqual(4);
});

test('9.1.1 a token is refused where a part of it is missing, doubled, or of another token', async () => {
  await using one = await service();
  const [header = '', claims = '', signature = ''] = one.jwt.split('.');
  const [, otherClaims = '', otherSignature = ''] = (await issued(one.app, one.person)).split('.');
  const garbage = [
    '',
    '..',
    'garbage',
    `${header}.${claims}`,
    `${header}.${claims}.`,
    `${header}..${signature}`,
    `.${claims}.${signature}`,
    `${one.jwt}.${signature}`,
    `${header}.${otherClaims}.${signature}`,
    `${header}.${claims}.${otherSignature}`,
    `${header}.${claims}.${signature.slice(0, 43)}`,
    `${header}.${claims}.${signature}${signature}`,
    `${header}.${encoded({ ...one.claims, sub: 'eve' })}.${signature}`,
    JSON.stringify({ protected: header, payload: claims, signature }),
  ];
  for (const text of garbage) expect(await one.isTaken(text), `as ${text}`).toBe(false);
});

test('9.1.2 no algorithm counts but the one that is listed: not "none", not a MAC by the public key, not another key', async () => {
  await using one = await service();
  const [key] = (await keysOf(one.app)).keys;
  if (!key) throw new Error('There is no key');
  const spki = createPublicKey({ format: 'jwk', key: { kty: key.kty, crv: key.crv, x: key.x } });
  const asSecrets = [
    Buffer.from(key.x, 'base64url'),
    Buffer.from(key.x),
    Buffer.from(JSON.stringify(key)),
    spki.export({ format: 'der', type: 'spki' }),
    Buffer.from(spki.export({ format: 'pem', type: 'spki' })),
    Buffer.alloc(0),
  ];
  const attempts: string[] = ['none', 'None', 'NONE', 'nOnE', '', 'HS256'].flatMap((alg) => [
    forged({ ...one.header, alg }, one.claims, unsigned),
    forged({ ...one.header, alg }, one.claims, () => one.signature),
  ]);
  for (const [alg, hash] of [
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const)
    for (const secret of asSecrets)
      attempts.push(
        forged({ ...one.header, alg }, one.claims, (signed) => createHmac(hash, secret).update(signed).digest()),
      );
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  attempts.push(
    forged({ ...one.header, alg: 'ES256' }, one.claims, (data) =>
      sign('sha256', data, { key: ec, dsaEncoding: 'ieee-p1363' }),
    ),
    forged({ ...one.header, alg: 'ES256' }, one.claims, () => Buffer.alloc(64)),
    forged({ ...one.header, alg: 'RS256' }, one.claims, (data) => sign('sha256', data, rsa)),
    // By the real key, under a name that is not listed.
    forged({ ...one.header, alg: 'Ed25519' }, one.claims, await realKey(one.app)),
    forged({ ...one.header, alg: ['EdDSA'] }, one.claims, await realKey(one.app)),
  );
  for (const attempt of attempts)
    expect(await one.isTaken(attempt), `with ${JSON.stringify(partsOf(attempt).header)}`).toBe(false);
});

test('9.1.3 no token brings its own key: neither in its head, nor from an address, nor by the name of another', async () => {
  await using one = await service();
  const own = generateKeyPairSync('ed25519');
  const signing: Sign = (signed) => sign(null, signed, own.privateKey);
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig', kid: 'own' };
  let asked = 0;
  const attacker = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ keys: [jwk, { ...jwk, kid: one.header['kid'] }] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => attacker.once('listening', resolve));
  const url = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/jwks.json`;
  const x5c = [own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')];

  const { kid: _kid, ...withoutKid } = one.header;
  const heads: Json[] = [{}, { kid: 'own' }].flatMap((kid) =>
    [{}, { jwk }, { jku: url }, { x5u: url }, { x5c }, { jwk, jku: url, x5u: url, x5c }, { crit: ['jwk'], jwk }].map(
      (more) => ({ ...one.header, ...kid, ...more }),
    ),
  );
  for (const kid of [url, '../../../dev/null', "' or '1'='1", '__proto__', '0', 0, null, [one.header['kid']], ''])
    heads.push({ ...one.header, kid });
  heads.push(withoutKid, { ...withoutKid, jwk });
  for (const header of heads)
    expect(await one.isTaken(forged(header, one.claims, signing)), `with ${JSON.stringify(header)}`).toBe(false);
  expect(asked).toBe(0);
  attacker.close();
});

test('9.1.3 the set has the public half of each key and nothing of the private one', async () => {
  await using one = await service();
  for (const key of (await keysOf(one.app)).keys)
    expect(Object.keys(key)).toEqual(['kty', 'crv', 'x', 'kid', 'alg', 'use']);
});
