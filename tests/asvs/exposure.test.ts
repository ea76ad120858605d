import { describe, expect, test } from 'vitest';

import { appRouter } from '../../server/router.ts';
import { raw } from '../support/raw.ts';
import { sources, textOf } from '../support/sources.ts';
import { ada, testApp } from '../support/test-app.ts';

describe('an address at which somebody looks for more than there is', () => {
  const wanted = {
    repository: [
      '/.git/config',
      '/.git/HEAD',
      '/.git/',
      '/.gitignore',
      '/.svn/entries',
      '/.hg/store',
      '/trpc/../.git/HEAD',
      '/%2e%2e/.git/HEAD',
      '//.git/HEAD',
      '/.git%2FHEAD',
      '/api/.git/config',
    ],
    folders: [
      '/',
      '/trpc',
      '/trpc/',
      '/api',
      '/api/',
      '/api/auth',
      '/api/auth/',
      '/server/',
      '/static/',
      '/assets/',
      '/..%2f',
      '/../',
      '/node_modules/',
    ],
    files: [
      '/package.json',
      '/.env',
      '/userAuth.db',
      '/userAuth.db-wal',
      '/server/main.ts',
      '/docs/limits.md',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/../../etc/passwd',
      '/index.html',
      '/favicon.ico',
      '/robots.txt',
      '/.well-known/security.txt',
    ],
    tools: [
      '/metrics',
      '/health',
      '/healthz',
      '/status',
      '/debug',
      '/debug/pprof',
      '/admin',
      '/panel',
      '/docs',
      '/openapi.json',
      '/swagger.json',
      '/swagger-ui/',
      '/graphql',
      '/trpc-panel',
      '/trpc/panel',
      '/actuator',
      '/__inspect',
      '/json/version',
      '/server-status',
      '/console',
      '/api/docs',
      '/api/version',
      '/version',
    ],
  };

  /** The status and the text of the answer to a path that is sent as it is. */
  async function ask(url: string, line: string): Promise<{ status: number; text: string }> {
    const text = await raw({ url }, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
  }

  test('13.4.1 nothing of version control is served', async () => {
    await using app = await testApp();
    for (const path of wanted.repository) expect(await ask(app.url, `GET ${path}`)).toMatchObject({ status: 404 });
  });

  test('13.4.3 no list of what is in a folder is served, and no file', async () => {
    await using app = await testApp();
    for (const path of [...wanted.folders, ...wanted.files]) {
      const { status, text } = await ask(app.url, `GET ${path}`);
      expect(status, `GET ${path}`).toBe(404);
      expect(text).toMatch(
        /\r\n\r\n(?:[\da-f]+\r\n)?\{"message":"[^"]*"(,"reason":"REQUEST_INVALID"(,"requestId":"[\w-]+")?)?\}/,
      );
    }
  });

  test('13.4.5 no metrics, no tools and no documentation but of the plain JSON are served: what answers is a closed list', async () => {
    await using app = await testApp();
    const procedures = Object.keys(appRouter._def.procedures);
    const paths = procedures.flatMap((path) => [`/trpc/${path}`, `/api/${path.replaceAll('.', '/')}`]);
    const answering = new Map<string, number>();
    const others = ['/api/auth/openapi.json', '/livez', '/readyz', '/livez/', '/readyz?verbose'];
    for (const path of [...Object.values(wanted).flat(), ...paths, ...others]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const { status } = await ask(app.url, `${method} ${path}`);
        if (![400, 404, 405, 415].includes(status)) answering.set(`${method} ${path}`, status);
      }
    }
    expect([...answering.keys()].toSorted()).toEqual([
      'GET /api/auth/account/events',
      'GET /api/auth/account/export',
      'GET /api/auth/factors/list',
      'GET /api/auth/me',
      // Meant to be read by anybody: what stands in it is public with the source.
      'GET /api/auth/openapi.json',
      'GET /api/auth/passkeys/list',
      'GET /api/auth/sessions/list',
      'GET /livez',
      'GET /readyz',
      'GET /readyz?verbose',
      'GET /trpc/auth.account.events',
      'GET /trpc/auth.account.export',
      'GET /trpc/auth.factors.list',
      'GET /trpc/auth.me',
      'GET /trpc/auth.passkeys.list',
      // A stream that says that nobody is signed in, and ends.
      'GET /trpc/auth.sessions.changes',
      'GET /trpc/auth.sessions.list',
      'POST /livez',
      'POST /readyz',
      'POST /readyz?verbose',
    ]);
    for (const path of ['/livez', '/readyz?verbose'])
      expect((await ask(app.url, `GET ${path}`)).text.split('\r\n\r\n')[1]).toContain('{"status":"ok"}');
  });
});

test.each(['/trpc/auth.login', '/api/auth/login'])(
  '13.4.2 %s says nothing for programmers, and no setting makes it',
  async (path) => {
    const failing = async (): Promise<never> => await Promise.reject(new Error('canary of the inside'));
    await using app = await testApp({
      hasher: { hash: failing, verify: failing, verifyNobody: failing, isOutdated: () => false },
    });
    // Tests run as development does, so whatever is shown there would be shown here.
    expect(process.env['NODE_ENV']).not.toBe('production');
    for (const answer of [await app.post(path, ada), await app.post(path, '{'), await app.post(path, [])]) {
      const text = await answer.text();
      expect(text).not.toMatch(/canary|stack|\.[mt]?[jt]s\b|node_modules|at \w+ \(/);
      expect(text).toContain('"requestId"');
    }
    expect(sources.filter((file) => /NODE_ENV|isDev: true|\bDEBUG\b/.test(textOf(file)))).toEqual([]);
  },
);

test('13.4.4 TRACE is refused everywhere, and sends nothing back', async () => {
  await using app = await testApp();
  for (const method of ['TRACE', 'TRACK']) {
    for (const path of ['/', '/livez', '/trpc/auth.me', '/api/auth/me', '*']) {
      const answer = await raw(
        app,
        `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: canary\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (405|400) /);
      expect(answer).not.toContain('canary');
    }
  }
});
