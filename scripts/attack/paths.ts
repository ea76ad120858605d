import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { appRouter } from '../../server/router.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const procedures = Object.keys(appRouter._def.procedures);

/** Everything that is meant to be there. */
export const knownPaths = new Set([
  'livez',
  'readyz',
  'api/auth/openapi.json',
  ...procedures.flatMap((path) => [`trpc/${path}`, `api/${path.replaceAll('.', '/')}`]),
]);

/** The files of the project, at the places where they lie. */
const files = [
  ...readdirSync(root, { recursive: false, encoding: 'utf8' }),
  ...['server', 'drizzle', 'docs', 'client'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  ),
];

const common = `
  .env .env.local .env.production .git/HEAD .git/config .git/index .gitignore .htaccess .htpasswd .npmrc .ssh/id_rsa
  .svn/entries .DS_Store .well-known/security.txt .vscode/settings.json userAuth.db userAuth.db-wal userAuth.db-shm
  0.db backup.sql backup.zip dump.sql database.sqlite db.sqlite3 latchkey.tar.gz config.json config.yml secrets.json
  admin administrator admin/login login register users user account console dashboard debug debug/pprof env
  actuator actuator/env actuator/heapdump metrics health healthz status server-status server-info phpinfo.php
  wp-admin wp-login.php xmlrpc.php cgi-bin/ jenkins manager/html graphql graphiql playground swagger swagger.json
  openapi.json api-docs api api/ api/v1 api/v1/users api/users api/auth api/auth/ api/admin trpc trpc/ trpc/panel
  trpc-panel panel robots.txt sitemap.xml favicon.ico index.html index.php crossdomain.xml socket.io/ ws __webpack_hmr
  node_modules/zod/package.json node_modules/.package-lock.json proc/self/environ etc/passwd
  api/auth/users api/auth/admin api/auth/reset api/auth/__proto__ api/auth/constructor api/__proto__/polluted
  api/constructor/prototype api/auth/me/toString api/hasOwnProperty trpc/__proto__ trpc/constructor trpc/auth
  trpc/auth.__proto__ trpc/auth.constructor trpc/_def trpc/auth._def trpc/auth.me,auth.nothing trpc/auth.login.auth.me
`;

const climbs = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '%252e%252e%252f', '..;/', '....//', '.%00./'];
const goals = ['etc/passwd', 'package.json', '.env', 'userAuth.db', 'server/main.ts'];

/** Other spellings of an address, which a proxy in front may not know to be the same. */
const spellingsOf = (path: string): string[] => [
  `${path}/`,
  `/${path}`,
  `./${path}`,
  `x/../${path}`,
  path.toUpperCase(),
  path.replace('/', '//'),
  path.replace('/', '%2f'),
  path.replace('e', '%65'),
  path.replace('.', '%2e'),
  ...[';x', '.json', '.bak', '~', '%00', '%20', '%0d%0aX-Made-Up:1', '..', '/..', '/../me'].map((end) => path + end),
];

/** What to ask for, without the slash in front. */
export function pathsToTry(): string[] {
  const words = [
    ...knownPaths,
    ...common.split(/\s+/).filter(Boolean),
    ...files,
    ...climbs.flatMap((climb) => goals.flatMap((goal) => [3, 8].map((depth) => climb.repeat(depth) + goal))),
    ...climbs.flatMap((climb) => goals.map((goal) => `api/${climb}${goal}`)),
    ...[...knownPaths].flatMap(spellingsOf),
  ];
  return [...new Set(words)];
}
