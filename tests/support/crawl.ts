import { appRouter } from '../../server/router.ts';
import type { TestApp } from './test-app.ts';

const procedures = Object.keys(appRouter._def.procedures);
const paths = procedures
  .flatMap((path) => [`/trpc/${path}`, `/api/${path.replaceAll('.', '/')}`])
  .concat(
    '/livez',
    '/readyz',
    '/',
    '/elsewhere',
    '/trpc/auth.nothing',
    '/api/auth/nothing',
    '/.git/config',
    '/trpc/%ff',
  )
  .concat('/trpc/auth.me,auth.me?batch=1', '/trpc/auth.me?input=%7B');

/** Every path by every method, as a page of each kind of origin would ask. */
export async function crawl(app: TestApp, further: Record<string, string> = {}): Promise<Response[]> {
  const origins = ['https://app.example.com', 'https://shop.example.com', 'https://evil.example', 'null'];
  const asked = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE'].flatMap((method) =>
    paths.flatMap((path) => [undefined, ...origins].map((origin) => ({ method, path, origin }))),
  );
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
