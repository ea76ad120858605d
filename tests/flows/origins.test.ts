import { describe, expect, test } from 'vitest';

import { ada, cookieOf, testApp } from '../support/test-app.ts';

const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };
const listed = { ...production, CORS_ORIGINS: 'https://shop.example.com, https://www.example.org' };

const faces = ['/trpc/', '/api/'] as const;
const named = (face: string, procedure: string): string =>
  face + (face === '/api/' ? procedure.replace('.', '/') : procedure);

describe.each(faces)('origins on %s', (face) => {
  const login = named(face, 'auth.login');
  const me = named(face, 'auth.me');
  const register = named(face, 'auth.register');

  describe('(a) our own origin, and any loopback origin while PUBLIC_URL is loopback, may call with cookies', () => {
    test.each<[Record<string, string>, string]>([
      [{}, 'http://localhost:5173'],
      [{}, 'http://127.0.0.1:8080'],
      [{}, 'http://[::1]:8080'],
      [{}, 'https://app.localhost'],
      [{ CORS_ORIGINS: 'https://shop.example.com' }, 'http://localhost:5173'],
      [production, 'https://auth.example.com'],
      [production, 'https://app.example.com'],
      [listed, 'https://app.example.com'],
    ])('%j from %s', async (env, origin) => {
      await using app = await testApp({ env });
      const response = await app.post(register, ada, { origin });
      expect(response.status).toBeLessThan(300);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-allow-credentials')).toBe('true');
      const cookie = cookieOf(response) ?? '';
      expect(cookie).not.toBe('');
      expect(await (await app.get(me, { origin, cookie })).text()).toContain(ada.email);
    });
  });

  describe('(b) a listed origin may, too', () => {
    test.each(['https://shop.example.com', 'https://www.example.org'])('%s', async (origin) => {
      await using app = await testApp({ env: listed });
      const response = await app.post(register, ada, { origin });
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-allow-credentials')).toBe('true');
      expect(cookieOf(response)).toBeDefined();
    });
  });

  // Its browser would drop the cookie, and nobody could ever use the session.
  test('a page on another site that may call gets no session that its browser could not keep', async () => {
    await using app = await testApp();
    const headers = { origin: 'http://127.0.0.1:5173', 'sec-fetch-site': 'cross-site' };
    const response = await app.post(register, ada, headers);
    expect(response.status).toBeLessThan(300);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(app.logged()).toContain('session.notStarted');
    const withToken = await app.post(login, { ...ada, deliver: 'token' }, headers);
    expect(await withToken.text()).toMatch(/"token":"[\w-]{43}"/);
  });

  const foreign = [
    'null',
    'https://evil.test',
    'https://shop.example.com.evil.test',
    'https://evil-shop.example.com',
    'http://shop.example.com',
    'https://shop.example.com:8443',
    'https://shop.example.com@evil.test',
    'https://SHOP.example.com',
    'https://shop.example.com/',
    'http://localhost:5173',
    '',
  ];

  describe('(c) any other origin may call without cookies while no list is set', () => {
    test.each(['null', 'https://evil.test'])('%s', async (origin) => {
      await using app = await testApp();
      const cookie = cookieOf(await app.post(register, ada)) ?? '';

      const response = await app.post(login, ada, { origin, cookie });
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.getSetCookie()).toEqual([]);

      expect(await (await app.get(me, { origin, cookie })).text()).not.toContain(ada.email);
      expect(await (await app.get(me, { cookie })).text()).toContain(ada.email);
    });
  });

  describe('(c) and nothing that changes anything once a list is set', () => {
    test.each(foreign)(
      '3.4.2 no page of an origin that is not listed reads an answer or changes anything: %j',
      async (origin) => {
        await using app = await testApp({ env: listed });
        const cookie = cookieOf(await app.post(register, ada)) ?? '';
        const hashes = app.hashes();

        for (const headers of [{ origin }, { origin, cookie }] as Record<string, string>[]) {
          for (const path of [login, register, named(face, 'auth.logout')]) {
            const response = await app.post(path, path.endsWith('logout') ? {} : ada, headers);
            expect(response.status).toBe(403);
            expect(await response.text()).toContain('ORIGIN_REFUSED');
            expect(response.headers.get('access-control-allow-origin')).toBeNull();
            expect(response.headers.getSetCookie()).toEqual([]);
          }
          const read = await app.get(me, headers);
          expect(await read.text()).not.toContain(ada.email);
          expect(read.headers.get('access-control-allow-origin')).toBeNull();
        }
        expect(app.hashes()).toBe(hashes);
        expect((await app.get(me, { cookie })).status).toBe(200);
      },
    );
  });

  describe('(d) without an origin', () => {
    test.each([undefined, 'same-origin', 'none', 'same-site', 'cross-site'])(
      'reads are answered (%s)',
      async (site) => {
        await using app = await testApp({ env: listed });
        const cookie = cookieOf(await app.post(register, ada)) ?? '';
        const response = await app.get(me, { cookie, ...(site ? { 'sec-fetch-site': site } : {}) });
        expect(await response.text()).toContain(ada.email);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      },
    );

    test.each([
      [undefined, 200],
      ['same-origin', 200],
      ['none', 200],
      ['same-site', 403],
      ['cross-site', 403],
    ])('a change that says %s is answered with %d', async (site, status) => {
      await using app = await testApp({ env: listed });
      const cookie = cookieOf(await app.post(register, ada)) ?? '';
      const headers = { cookie, ...(site ? { 'sec-fetch-site': site } : {}) };
      expect((await app.post(named(face, 'auth.logout'), {}, headers)).status).toBe(status);
      expect((await app.get(me, { cookie })).status).toBe(status === 200 ? 401 : 200);
    });
  });

  test('a preflight is answered by the same rule', async () => {
    await using app = await testApp({ env: listed });
    const ask = async (origin: string) =>
      await fetch(app.url + login, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    const allowed = await ask('https://shop.example.com');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type');
    const refused = await ask('https://evil.test');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(refused.headers.get('access-control-allow-methods')).toBeNull();
  });

  test('every answer varies with the origin', async () => {
    await using app = await testApp();
    expect((await app.get(me)).headers.get('vary')?.toLowerCase()).toContain('origin');
  });

  // A page of any site can post these without asking first.
  test.each([
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
    '',
  ])('3.5.2 a mutation is not run by a body of type %j', async (type) => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(register, ada)) ?? '';
    const response = await app.post(named(face, 'auth.logout'), '--x--', { cookie, 'content-type': type });
    expect(response.status).toBe(415);
    expect((await app.get(me, { cookie })).status).toBe(200);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('a mutation is not run by %s', async (method) => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(register, ada)) ?? '';
    const response = await fetch(app.url + named(face, 'auth.logout'), { method, headers: { cookie } });
    expect([204, 404, 405, 415]).toContain(response.status);
    expect((await app.get(me, { cookie })).status).toBe(200);
  });
});
