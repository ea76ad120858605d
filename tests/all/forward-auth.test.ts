import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { hasNginx, runNginx } from '../support/nginx.ts';
import { freePort } from '../support/postgres-cluster.ts';
import { textOf } from '../support/sources.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';

/** An app that knows nothing of Latchkey, and says back what the proxy told it. */
async function someApp(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const user = request.headersDistinct['x-auth-user-id'] ?? [];
      response.end(JSON.stringify({ path: request.url, user, body: Buffer.concat(chunks).toString() }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

test.skipIf(!hasNginx)(
  'nginx with deploy/forward-auth.nginx.conf lets in who is signed in, and nobody else',
  async () => {
    const port = await freePort();
    const site = `http://localhost:${port}`;
    await using latchkey = await testApp({ env: { PUBLIC_URL: site, CORS_ORIGINS: site } });
    await using app = await someApp();
    const recipe = textOf('deploy/forward-auth.nginx.conf')
      .replace('127.0.0.1:3000', new URL(latchkey.url).host.replace('localhost', '127.0.0.1'))
      .replace('127.0.0.1:8080', `127.0.0.1:${app.port}`)
      .replace('listen 80;', `listen 127.0.0.1:${port};`);
    // Its workers are of another user, who may write nowhere here.
    const inMemory = 'access_log off; client_body_buffer_size 64k;';
    const stop = await runNginx(`events {}\nhttp {\n${inMemory}\n${recipe}\n}`, port);
    try {
      const ask = async (path: string, init: RequestInit = {}): Promise<Response> => await fetch(site + path, init);
      const json = { 'content-type': 'application/json' };

      expect((await ask('/reports')).status).toBe(401);
      const forged = await ask('/reports', { headers: { 'x-auth-user-id': 'somebody' } });
      expect(forged.status).toBe(401);

      const registered = await ask('/api/auth/register', { method: 'POST', headers: json, body: JSON.stringify(ada) });
      const cookie = cookieOf(registered) ?? '';
      const { id } = (await registered.json()).user;

      const seen = await ask('/reports?page=2', { headers: { cookie, 'x-auth-user-id': 'somebody' } });
      expect(await seen.json()).toEqual({ path: '/reports?page=2', user: [id], body: '' });
      const body = 'x'.repeat(20_000);
      const posted = await ask('/reports', { method: 'POST', headers: { cookie, origin: site }, body });
      expect(await posted.json()).toMatchObject({ user: [id], body });
      const foreign = await ask('/reports', { method: 'POST', headers: { cookie, origin: 'https://evil.test' }, body });
      expect(foreign.status).toBe(403);
      // What nginx asks is no address of the site.
      expect((await ask('/_verify', { headers: { cookie } })).status).toBe(404);

      await ask('/api/auth/logout', { method: 'POST', headers: { ...json, cookie }, body: '{}' });
      expect((await ask('/reports', { headers: { cookie } })).status).toBe(401);
    } finally {
      await stop();
    }
  },
);
