import { describe, expect, test } from 'vitest';

import { openApiDocument } from '../../server/openapi/document.ts';
import { ada, testApp } from '../support/test-app.ts';

const address = '/api/auth/openapi.json';
const production = { PUBLIC_URL: 'https://auth.example.com', APP_URL: 'https://app.example.com' };

describe('the description', () => {
  test('is served as the command line prints it, with the address and the cookie of the server', async () => {
    await using app = await testApp({ env: production });
    const answer = await app.get(address);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const served = await answer.json();
    expect(served).toEqual(
      await openApiDocument({ url: 'https://auth.example.com', cookieName: '__Host-latchkey_session' }),
    );
    const { securitySchemes } = served.components;
    await using local = await testApp();
    const registered = await local.post('/api/auth/register', ada);
    const { components } = await (await local.get(address)).json();
    expect(registered.headers.getSetCookie()[0]).toContain(`${components.securitySchemes.sessionCookie.name}=`);
    expect(securitySchemes.sessionCookie.name).toBe(`__Host-${components.securitySchemes.sessionCookie.name}`);
  });

  test('is read by pages of any origin, or of those that may', async () => {
    const origin = 'https://docs.example.net';
    await using open = await testApp({ env: production });
    expect((await open.get(address, { origin })).headers.get('access-control-allow-origin')).toBe('*');
    await using listed = await testApp({ env: { ...production, CORS_ORIGINS: 'https://shop.example.com' } });
    expect((await listed.get(address, { origin })).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('needs nobody to be signed in, and nothing of the database', async () => {
    await using app = await testApp();
    await app.auth.close();
    expect((await app.get(address)).status).toBe(200);
    expect((await fetch(app.url + address, { method: 'HEAD' })).headers.get('content-length')).toMatch(/^\d{5,}$/);
  });

  test('is at one address, and only there to be read', async () => {
    await using app = await testApp();
    for (const path of [`${address}/`, '/api/auth/openapi', '/api/auth/OpenAPI.json', '/api//auth/openapi.json'])
      expect((await app.get(path)).status, `of ${path}`).toBe(404);
    const posted = await app.post(address, {});
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('whatever is no call of plain JSON is refused in the one form, with an id that is in the log', () => {
  test.each([
    ['GET', '/api/auth/nothing', 404, null],
    ['GET', '/api/auth/me/', 404, null],
    ['GET', '/elsewhere', 404, null],
    ['POST', '/api/auth/me', 405, 'GET, HEAD'],
    ['GET', '/api/auth/login', 405, 'POST'],
    ['GET', '/api/auth/sessions/changes', 405, ''],
    ['POST', '/api/auth/sessions/changes', 405, ''],
    ['POST', '/api/auth/verify', 405, 'GET, HEAD'],
    ['DELETE', '/api/auth/me', 405, 'GET, HEAD, POST, OPTIONS'],
    ['GET', '/api/auth/me?input=%7B', 400, null],
  ])('%s %s', async (method, path, status, allow) => {
    await using app = await testApp();
    const type = { 'content-type': 'application/json' };
    const answer = await fetch(app.url + path, { method, ...(method === 'POST' && { body: '{}', headers: type }) });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    const requestId = answer.headers.get('x-request-id');
    expect(await answer.json()).toEqual({ message: expect.any(String), reason: 'REQUEST_INVALID', requestId });
    expect(app.logged()).toContain(`"requestId":"${requestId}"`);
  });

  test('that a stream is asked for as plain JSON is answered with where streams are', async () => {
    await using app = await testApp();
    const { message } = await (await app.get('/api/auth/sessions/changes')).json();
    expect(message).toContain('subscriptions are streams, by their dotted name under /trpc/');
  });
});
