import { describe, expect, test } from 'vitest';

import { imports, sources, textOf } from './support/sources.ts';
import type { Import } from './support/sources.ts';

/**
 * Who may import whom, from the first row that fits the importing file. `same` is the importer's
 * own feature. Rows of types are allowed as `import type` only.
 */
const rules: { from: RegExp; may: RegExp[]; mayTypes?: RegExp[] }[] = [
  // The package's entries: whatever they show, nothing inside may look at them.
  { from: /^server\/entries\/(server|schema-sqlite|testing)\.ts$/, may: [/^server\/(?!entries\/)/] },
  {
    from: /^server\/entries\/contract\.ts$/,
    may: [/^server\/kernel\/(fields|refusals)\.ts$/, /^server\/features\/[\w-]+\/contract\.ts$/],
  },
  {
    from: /^server\/testing\//,
    may: [
      /^server\/(context|create-auth|testing\/.*|hashing\/.*|mail\/.*|kernel\/.*)\.ts$/,
      // Somebody is signed in without a password.
      /^server\/features\/(logins\/queries|events\/service|sessions\/service)\.ts$/,
    ],
    mayTypes: [/^server\/auth(-context)?\.ts$/, /^server\/features\/methods\/contract\.ts$/],
  },
  { from: /^server\/(main|create-auth|cli\/.*)\.ts$/, may: [/^server\/(?!entries\/)/] },
  {
    from: /^server\/background\.ts$/,
    may: [/^server\/features\/[\w-]+\/service\.ts$/, /^server\/(jobs|kernel)\//],
    mayTypes: [/^server\/deps\.ts$/],
  },
  { from: /^server\/auth-context\.ts$/, may: [] },
  {
    from: /^server\/signed-in-context\.ts$/,
    may: [],
    mayTypes: [/^server\/auth-context\.ts$/, /^server\/features\/sessions\/contract\.ts$/],
  },
  {
    from: /^server\/deps\.ts$/,
    may: [],
    mayTypes: [
      /^server\/(config|db\/database|hashing\/hasher|jobs\/jobs|limits\/limiter|live\/hub|mail\/mails|passwords\/breached|kernel\/.*)\.ts$/,
      /^server\/features\/links\/contract\.ts$/,
    ],
  },
  {
    from: /^server\/context\.ts$/,
    may: [/^server\/features\/sessions\/(contract|service)\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/(deps|auth-context|signed-in-context)\.ts$/],
  },
  {
    from: /^server\/(trpc|error-shapes)\.ts$/,
    may: [/^server\/(context|error-shapes)\.ts$/, /^server\/features\/sessions\/contract\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/auth-context\.ts$/],
  },
  {
    from: /^server\/assurance\.ts$/,
    may: [
      /^server\/(context|error-shapes|trpc)\.ts$/,
      /^server\/features\/(sessions\/contract|assurance\/service)\.ts$/,
    ],
  },
  {
    from: /^server\/signed-in\.ts$/,
    may: [
      /^server\/(context|error-shapes|trpc)\.ts$/,
      /^server\/features\/(sessions\/contract|assurance\/service)\.ts$/,
      /^server\/kernel\//,
    ],
    mayTypes: [/^server\/auth-context\.ts$/],
  },
  {
    from: /^server\/auth\.ts$/,
    may: [],
    mayTypes: [
      /^server\/(auth-context|auth-options|router|signed-in)\.ts$/,
      /^server\/features\/[\w-]+\/contract\.ts$/,
      /^server\/(hashing\/hasher|http\/any-request|mail\/(letters|mailer))\.ts$/,
      /^server\/kernel\//,
    ],
  },
  { from: /^server\/auth-options\.ts$/, may: [/^server\/(auth-parts|config|environment|kernel\/token)\.ts$/] },
  {
    from: /^server\/auth-parts\.ts$/,
    may: [/^server\/features\/links\/contract\.ts$/, /^server\/mail\/languages\.ts$/, /^server\/kernel\//],
  },
  { from: /^server\/set-up\.ts$/, may: [/^server\/kernel\//], mayTypes: [/^server\/config\.ts$/] },
  { from: /^server\/router\.ts$/, may: [/^server\/trpc\.ts$/, /^server\/features\/[\w-]+\/router\.ts$/] },
  { from: /^server\/config\.ts$/, may: [/^server\/environment\.ts$/, /^server\/kernel\//] },
  { from: /^server\/environment\.ts$/, may: [/^server\/kernel\//] },
  {
    from: /^server\/http\//,
    may: [/^server\/http\//, /^server\/(context|router|trpc|signed-in)\.ts$/, /^server\/kernel\//],
    mayTypes: [/^server\/(deps|auth-context)\.ts$/, /^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/features\/([\w-]+)\/router\.ts$/,
    may: [
      /^server\/features\/same\/(contract|service)\.ts$/,
      // Outputs and refusals that several procedures share.
      /^server\/features\/[\w-]+\/contract\.ts$/,
      /^server\/(trpc|assurance|error-shapes)\.ts$/,
      /^server\/kernel\//,
    ],
  },
  {
    from: /^server\/features\/([\w-]+)\/service\.ts$/,
    may: [
      /^server\/features\/same\/(contract|queries)\.ts$/,
      /^server\/features\/[\w-]+\/(service|contract)\.ts$/,
      /^server\/(authenticators|passwords)\//,
      /^server\/hashing\/foreign-forms\.ts$/,
      /^server\/kernel\//,
    ],
    mayTypes: [
      /^server\/deps\.ts$/,
      /^server\/limits\/limiter\.ts$/,
      /^server\/mail\/(letters|mails)\.ts$/,
      /^server\/db\//,
    ],
  },
  {
    from: /^server\/features\/([\w-]+)\/queries\.ts$/,
    may: [/^drizzle-orm$/, /^server\/kernel\//],
    mayTypes: [/^server\/db\//],
  },
  {
    from: /^server\/features\/([\w-]+)\/contract\.ts$/,
    may: [/^zod$/, /^server\/kernel\/(fields|refusals)\.ts$/, /^server\/features\/[\w-]+\/contract\.ts$/],
  },
  { from: /^server\/db\//, may: [/^server\/db\//, /^server\/kernel\//] },
  { from: /^server\/hashing\//, may: [/^server\/hashing\//, /^server\/kernel\//] },
  {
    from: /^server\/limits\//,
    may: [/^server\/limits\//, /^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/jobs\/queries\.ts$/,
    may: [/^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  {
    from: /^server\/jobs\//,
    may: [/^server\/jobs\//, /^server\/kernel\//],
    mayTypes: [/^server\/db\/database\.ts$/],
  },
  { from: /^server\/live\//, may: [/^server\/kernel\//], mayTypes: [/^server\/db\/database\.ts$/] },
  { from: /^server\/mail\//, may: [/^server\/mail\//, /^server\/kernel\//] },
  { from: /^server\/metrics\//, may: [/^server\/metrics\//, /^server\/kernel\//] },
  { from: /^server\/passwords\//, may: [/^server\/passwords\//, /^server\/kernel\//] },
  { from: /^server\/authenticators\//, may: [/^server\/authenticators\//, /^server\/kernel\//] },
  { from: /^server\/kernel\//, may: [/^server\/kernel\//] },
  {
    from: /^client\//,
    may: [/^client\//, /^@trpc\/(client|server\/observable)$/],
    mayTypes: [/^server\/(router|auth-context|kernel\/(procedure-meta|refusal-shape))\.ts$/],
  },
];

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const rule = rules.find((candidate) => candidate.from.test(from));
  if (!rule) return false;
  const feature = rule.from.exec(from)?.[1];
  const target = feature ? to.replace(`server/features/${feature}/`, 'server/features/same/') : to;
  const fits = (pattern: RegExp): boolean => pattern.test(target) || pattern.test(to);
  return rule.may.some(fits) || (typeOnly && (rule.mayTypes ?? []).some(fits));
}

const isOurs = ({ to }: Import): boolean => /^(server|client)\//.test(to);

describe('the house', () => {
  test('was read: a checker that reads nothing passes everything', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(imports.filter(isOurs).length).toBeGreaterThan(100);
    expect(imports.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(30);
  });

  test('has no import against its plan', () => {
    expect(imports.filter((one) => isOurs(one) && !isAllowed(one))).toEqual([]);
  });

  test('would notice one', () => {
    for (const [from, to] of [
      ['server/features/accounts/router.ts', 'server/features/accounts/queries.ts'],
      ['server/features/accounts/service.ts', 'server/features/sessions/queries.ts'],
      ['server/features/accounts/service.ts', 'server/db/schema.ts'],
      ['server/kernel/token.ts', 'server/config.ts'],
      ['server/db/migrate.ts', 'server/features/accounts/service.ts'],
      ['client/client.ts', 'server/router.ts'],
      ['server/main.ts', 'server/entries/server.ts'],
      ['server/entries/contract.ts', 'server/features/accounts/service.ts'],
    ] as const) {
      expect(isAllowed({ from, to, typeOnly: false }), `${from} → ${to}`).toBe(false);
    }
  });

  test('has SQL in queries, in the counters and in db only', () => {
    const withSql = imports.filter(({ to }) => /^(drizzle-orm|better-sqlite3)/.test(to)).map(({ from }) => from);
    expect(
      withSql.filter(
        (from) => !/^server\/(db\/|limits\/counters\.ts|features\/[\w-]+\/queries\.ts|jobs\/queries\.ts)/.test(from),
      ),
    ).toEqual([]);
    expect(withSql.length).toBeGreaterThan(3);
  });

  test.each<[string, RegExp, RegExp]>([
    ['the process', /\bprocess\.\w/, /^server\/(main\.ts|preload\.mjs|cli\/[\w-]+\.ts)$/],
    ['the time', /\bDate\.now\(|\bnew Date\(\)/, /^(server\/kernel\/(clock|logger)|client\/page)\.ts$/],
    ['randomness', /Math\.random|randomBytes|randomUUID|getRandomValues/, /^server\/kernel\/(id|token)\.ts$/],
    ['node:http', /import \{[^}]*\} from 'node:http'/, /^server\/http\//],
    ['prom-client', /from 'prom-client'/, /^server\/metrics\//],
    ['authenticator apps', /from '(otpauth|qr)'/, /^server\/authenticators\/totp\.ts$/],
    ['nodemailer', /from 'nodemailer'/, /^server\/mail\/smtp-mailer\.ts$/],
    ['React', /from 'react/, /^client\/react\.ts$/],
  ])('knows %s in one place only', (_what, pattern, where) => {
    const places = sources.filter((file) => pattern.test(textOf(file)));
    expect(places.filter((file) => !where.test(file))).toEqual([]);
    expect(places.length).toBeGreaterThan(0);
  });

  test('loads the client of a mail server only where there is one', () => {
    const loading = sources.filter((file) => /^import \{[^}]*\} from '[^']*smtp-mailer\.ts'/m.test(textOf(file)));
    expect(loading).toEqual([]);
    expect(textOf('server/create-auth.ts')).toContain("await import('./mail/smtp-mailer.ts')");
  });

  test('has files that one can read: none over 300 lines, the server under 12,500 of code, the command line under 2,500, the client under 600', () => {
    const lines = (file: string): number => textOf(file).split('\n').length;
    const isCode = (line: string): boolean => !/^\s*($|\/\/|\/\*|\*)/.test(line);
    const code = (file: string): number => textOf(file).split('\n').filter(isCode).length;
    expect(sources.filter((file) => lines(file) > 300)).toEqual([]);
    const total = (folder: string): number =>
      sources.filter((file) => file.startsWith(folder)).reduce((sum, file) => sum + code(file), 0);
    expect(total('server/') - total('server/cli/')).toBeLessThan(12_500);
    expect(total('server/cli/')).toBeLessThan(2_500);
    expect(total('client/')).toBeLessThan(600);
  });

  test('has at most 20 run-time dependencies, each with its reason in ARCHITECTURE.md', () => {
    const { dependencies, peerDependencies } = JSON.parse(textOf('package.json')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const names = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    expect(names.length).toBeLessThanOrEqual(20);
    for (const name of names)
      expect(textOf('ARCHITECTURE.md')).toMatch(new RegExp(`^\\| \`${name}\` +\\| .{10,}`, 'm'));
  });
});

describe('the client', () => {
  test('says of every export what it is for, with an example', () => {
    const exported = sources
      .filter((file) => file.startsWith('client/') && !file.endsWith('index.ts'))
      .flatMap((file) => [
        ...textOf(file).matchAll(
          /((?:\/\*\*(?:(?!\*\/).)*\*\/\n)?)^export (?:async )?(?:function|type|interface|const) (\{[^}]*\}|\w+)/gms,
        ),
      ]);
    const listed = [...textOf('client/index.ts').matchAll(/^export (?:type )?\{ ([^}]+) \} from '\.\//gm)];
    const names = ['live', 'useSession', ...listed.flatMap(([, list = '']) => list.split(', '))];
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const [, docs = ''] = exported.find(([, , declared = '']) => declared.split(/\W+/).includes(name)) ?? [];
      expect(docs, `the TSDoc of ${name}`).toMatch(/\/\*\*/);
      expect(docs, `the example of ${name}`).toContain('@example');
    }
  });

  test('says of every member of the session store what it is, beside it and in docs/client.md', () => {
    const [, members = ''] = /^export interface SessionStore \{\n(.*?)^\}/ms.exec(textOf('client/session.ts')) ?? [];
    const found = [...members.matchAll(/((?:\*\/\n)?)^ {2}readonly (\w+)/gm)];
    expect(found.map(([, , name]) => name)).toContain('status');
    for (const [, docs, name = ''] of found) {
      expect(docs, `the TSDoc of ${name}`).not.toBe('');
      expect(textOf('docs/client.md')).toMatch(new RegExp(`\\b${name}(\\(.*\\))?\``));
    }
  });
});
