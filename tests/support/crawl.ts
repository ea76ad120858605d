import { appRouter } from '../../server/router.ts';
import type { TestApp } from './test-app.ts';

const procedures = Object.keys(appRouter._def.procedures);
const paths = procedures
  .flatMap((path) => [`/trpc/${path}`, `/api/${path.replaceAll('.', '/')}`])
  .concat(
    '/livez',
    '/readyz',
    '/api/auth/verify',
    '/api/auth/openapi.json',
    '/',
    '/elsewhere',
    '/trpc/auth.nothing',
    '/api/auth/nothing',
    '/.git/config',
    '/trpc/%ff',
  )
  .concat('/trpc/auth.me,auth.me?batch=1', '/trpc/auth.me?input=%7B');

interface Crawl {
  /** The origins of pages that ask, beside somebody without one. */
  origins?: string[];
  headers?: Record<string, string>;
}

/** Every path by every method. */
export async function crawl(app: TestApp, { origins = [], headers: further = {} }: Crawl = {}): Promise<Response[]> {
  const calls = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE'].flatMap((method) =>
    paths.map((path) => ({ method, path })),
  );
  // Each by nobody's page, and by one of the origins in turn: all of them at each path would be thousands.
  const asked = calls.flatMap((one, index) => {
    const origin = origins[index % origins.length];
    return origin === undefined
      ? [{ ...one, origin }]
      : [
          { ...one, origin: undefined },
          { ...one, origin },
        ];
  });
  return await Promise.all(
    asked.map(async ({ method, path, origin }) => {
      const headers = {
        ...further,
        ...(origin === undefined ? {} : { origin }),
        ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      };
      return await fetch(app.url + path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
    }),
  );
}
