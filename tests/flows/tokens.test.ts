import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, test } from 'vitest';

import { createVerifier } from '../../examples/verify-token.ts';
import { hours, seconds } from '../../server/kernel/clock.ts';
import { withApp } from '../support/factors.ts';
import { hostOf } from '../support/host.ts';
import { outcome, signIn } from '../support/people.ts';
import { ada, testApp } from '../support/test-app.ts';
import {
  audience,
  issue,
  issued,
  issuer,
  keysOf,
  onRealTime,
  partsOf,
  verifiedByHand,
  withTokens,
} from '../support/tokens.ts';

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);

describe('a token for another service', () => {
  test('says whose it is, for whom, by whom and for how long, and nothing else', async () => {
    await using app = await testApp(withTokens);
    const person = await signIn(app);
    app.clock.forward(seconds(0.7));
    const answer = await issue(app, person);
    expect(answer.status).toBe(200);
    const { jwt, ...rest } = await answer.json();
    const { header, claims } = partsOf(jwt);
    const iat = Math.floor(app.clock.now().getTime() / 1000);
    expect(rest).toEqual({ expiresAt: new Date((iat + 300) * 1000).toISOString() });
    expect(header).toEqual({ alg: 'EdDSA', kid: uuid, typ: 'at+jwt' });
    expect(claims).toEqual({ iss: issuer, sub: person.userId, aud: audience, iat, exp: iat + 300, jti: uuid });
    expect(claims['jti']).not.toBe(partsOf(await issued(app, person)).claims['jti']);
  });

  test('is signed by a key of the set, as Node alone verifies it', async () => {
    await using app = await testApp(withTokens);
    const jwt = await issued(app, await signIn(app));
    const set = await keysOf(app);
    expect(verifiedByHand(jwt, set)).toEqual(partsOf(jwt).claims);
    expect(set).toEqual({
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: expect.stringMatching(/^[\w-]{43}$/),
          kid: partsOf(jwt).header['kid'],
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    });
  });

  test('is taken by the verification that the documentation shows, which loads the keys from the running server', async () => {
    await using app = await testApp(withTokens);
    onRealTime(app);
    const person = await signIn(app);
    const userOf = createVerifier({ issuer, audience, keysAt: app.url });
    expect(await userOf(await issued(app, person))).toBe(person.userId);
  });

  test('lives as long as the setting says', async () => {
    await using app = await testApp({ env: { ...withTokens.env, TOKEN_LIFETIME_SECONDS: '60' } });
    const { claims } = partsOf(await issued(app, await signIn(app)));
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(60);
  });

  test('is for one of several services, by the choice of who asks, and for no other', async () => {
    const several = `${audience}, files`;
    await using app = await testApp({ env: { ...withTokens.env, TOKEN_AUDIENCE: several } });
    const person = await signIn(app);
    for (const one of [audience, 'files'])
      expect(partsOf(await issued(app, person, { audience: one })).claims['aud']).toBe(one);
    for (const input of [{}, { audience: 'file' }, { audience: several }, { audience: '' }, { audience: issuer }])
      expect(await outcome(await issue(app, person, input))).toBe('AUDIENCE_UNKNOWN');
    for (const input of [{ audience: [audience, 'files'] }, { audience: null }, { aud: 'files' }])
      expect(await outcome(await issue(app, person, input))).toBe('INPUT_INVALID');
  });

  test('is for the only service, whether it is named or not', async () => {
    await using app = await testApp(withTokens);
    const person = await signIn(app);
    for (const input of [undefined, {}, { audience }])
      expect(partsOf(await issued(app, person, input)).claims['aud']).toBe(audience);
    expect(await outcome(await issue(app, person, { audience: 'https://other.example.com' }))).toBe('AUDIENCE_UNKNOWN');
  });
});

describe('no token is given', () => {
  test('to nobody, nor in a session that was ended or whose time is over', async () => {
    await using app = await testApp(withTokens);
    expect(await outcome(await issue(app, { headers: {} }))).toBe('NOT_SIGNED_IN');
    const [ended, late] = [await signIn(app), await signIn(app)];
    await app.post('/api/auth/logout', {}, ended.headers);
    expect(await outcome(await issue(app, ended))).toBe('SESSION_ENDED');
    expect(await outcome(await issue(app, late))).toBe('done');
    app.clock.forward(hours(24 * 31));
    expect(await outcome(await issue(app, late))).toBe('SESSION_ENDED');
  });

  test('to an account that is disabled, from the moment that it is', async () => {
    await using app = await testApp(withTokens);
    const person = await signIn(app);
    await app.auth.users.disable(person.userId);
    expect(await outcome(await issue(app, person))).toBe('SESSION_ENDED');
  });

  test('in a session without the second factor that the operator asks for by now', async () => {
    await using before = await testApp(withTokens);
    const [without, person] = [await signIn(before), await withApp(before, { email: 'eve@example.com' })];
    const env = { ...withTokens.env, REQUIRE_SECOND_FACTOR: 'everyone' };
    await using app = await testApp({ database: before.database, clock: before.clock, env });
    expect(await outcome(await issue(app, without))).toBe('SESSION_ENDED');
    expect(await outcome(await issue(app, person))).toBe('done');
  });

  test('to a page of a foreign origin, though its browser sends the cookie', async () => {
    await using app = await testApp({ env: { ...withTokens.env, CORS_ORIGINS: 'https://shop.example.com' } });
    const { headers } = await signIn(app, { carrier: 'cookie' });
    expect(await outcome(await issue(app, { headers }))).toBe('done');
    for (const origin of ['https://evil.example', audience])
      expect(await outcome(await issue(app, { headers: { ...headers, origin } }))).toBe('ORIGIN_REFUSED');
  });

  test('where no service is set: the refusal says who has to set it, and there are no keys', async () => {
    await using app = await testApp();
    const answer = await issue(app, await signIn(app));
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({
      reason: 'TOKENS_NOT_CONFIGURED',
      message: expect.stringContaining('TOKEN_AUDIENCE'),
    });
    const set = await app.get('/.well-known/jwks.json');
    expect([set.status, set.headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect((await set.json()).message).toContain('TOKEN_AUDIENCE');
    expect(await app.auth.jwks()).toBeNull();
    const { orm, tables } = await app.db();
    expect(await orm.select().from(tables.signingKeys)).toEqual([]);
  });
});

describe('the set of keys', () => {
  test('may be read by any page and kept by any cache for five minutes, and no rule for origins changes that', async () => {
    for (const origins of [{}, { CORS_ORIGINS: 'https://shop.example.com' }] as Record<string, string>[]) {
      await using app = await testApp({ env: { ...withTokens.env, ...origins } });
      for (const headers of [{}, { origin: 'https://evil.example' }] as Record<string, string>[]) {
        const answer = await app.get('/.well-known/jwks.json', headers);
        expect(answer.status).toBe(200);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'access-control-allow-origin': '*',
          'cache-control': 'public, max-age=300',
          'content-type': 'application/json; charset=utf-8',
          'x-content-type-options': 'nosniff',
        });
        for (const name of ['vary', 'set-cookie', 'access-control-allow-credentials'])
          expect(answer.headers.has(name), `with ${name}`).toBe(false);
      }
    }
  });

  test('is only read: HEAD is its head, and no other method is answered', async () => {
    await using app = await testApp(withTokens);
    const url = `${app.url}/.well-known/jwks.json`;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    for (const other of ['/.well-known/jwks.json/', '/.well-known/jwks', '/.well-known/openid-configuration'])
      expect((await app.get(other)).status).toBe(404);
  });

  test('is not there while the database is not, which no cache remembers', async () => {
    await using app = await testApp(withTokens);
    await app.auth.close();
    const answer = await app.get('/.well-known/jwks.json');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(app.logged()).toContain('"event":"keys.unavailable"');
  });
});

describe('in an app of a host', () => {
  test('the procedure is in its router, and the set is a function for it to serve', async () => {
    await using app = await testApp(withTokens);
    onRealTime(app);
    await using host = await hostOf(app);
    const { headers, userId } = await signIn(app);
    const answer = await fetch(`${host.url}/auth.token.issue`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ json: {} }),
    });
    const { jwt } = (await answer.json()).result.data.json;

    const served = createServer((_request, response) => {
      void app.auth.jwks().then((set) => response.end(JSON.stringify(set)));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => served.once('listening', resolve));
    const keysAt = `http://127.0.0.1:${(served.address() as AddressInfo).port}`;
    expect(await createVerifier({ issuer, audience, keysAt })(jwt)).toBe(userId);
    served.closeAllConnections();
    served.close();
  });
});

test('a client that keeps the token of its session keeps it, whatever token it asks for', async () => {
  await using app = await testApp(withTokens);
  const kept: string[] = [];
  const storage = {
    get: () => kept.at(-1) ?? null,
    set: (token: string) => void kept.push(token),
    remove: () => void kept.push(''),
  };
  const auth = app.client({ storage });
  await auth.register.mutate(ada);
  const { jwt, expiresAt } = await auth.token.issue.mutate();
  expect(Date.parse(expiresAt)).toBeGreaterThan(app.clock.now().getTime());
  expect(kept).toHaveLength(1);
  expect(kept).not.toContain(jwt);
  expect((await auth.me.query())?.user.email).toBe(ada.email);
});
