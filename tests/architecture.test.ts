import { describe, expect, test } from 'vitest';

import { rules } from './support/import-rules.ts';
import { imports, sources, textOf } from './support/sources.ts';
import type { Import } from './support/sources.ts';

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const rule = rules.find((candidate) => candidate.from.test(from));
  if (!rule) return false;
  const feature = rule.from.exec(from)?.[1];
  const target = feature ? to.replace(`server/features/${feature}/`, 'server/features/same/') : to;
  const fits = (pattern: RegExp): boolean => pattern.test(target) || pattern.test(to);
  return rule.may.some(fits) || (typeOnly && (rule.mayTypes ?? []).some(fits));
}

const isOurs = ({ to }: Import): boolean => /^(server|client|cli)\//.test(to);

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
      ['cli/serve.ts', 'server/entries/server.ts'],
      ['server/create-auth.ts', 'cli/progress-bar.ts'],
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
    ['the process', /\bprocess\.\w/, /^(server\/preload\.mjs|cli\/([\w-]+|doctor\/machine)\.ts)$/],
    ['the time', /\bDate\.now\(|\bnew Date\(\)/, /^(server\/kernel\/(clock|logger)|client\/page)\.ts$/],
    ['randomness', /Math\.random|randomBytes|randomUUID|getRandomValues/, /^server\/kernel\/(id|token)\.ts$/],
    ['node:http', /import \{[^}]*\} from 'node:http'/, /^server\/http\//],
    ['prom-client', /from 'prom-client'/, /^server\/metrics\//],
    ['authenticator apps', /from '(otpauth|qr)'/, /^server\/authenticators\/totp\.ts$/],
    ['nodemailer', /from 'nodemailer'/, /^server\/mail\/smtp-mailer\.ts$/],
    ['jose', /'jose'/, /^server\/signing\//],
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

  test('loads jose only where a token is made', () => {
    const loading = imports.filter(({ to, typeOnly }) => to === 'jose' && !typeOnly);
    expect(loading.map(({ from }) => from)).toEqual(['server/signing/ed25519.ts']);
    expect(textOf('server/signing/ed25519.ts')).toContain("await import('jose')");
    expect(textOf('server/signing/ed25519.ts')).not.toMatch(/^import (?!type )[^;]*from 'jose'/m);
  });

  test('has files that one can read: none over 300 lines, the server under 13,500 of code, the command line under 2,500, the client under 600', () => {
    const lines = (file: string): number => textOf(file).split('\n').length;
    const isCode = (line: string): boolean => !/^\s*($|\/\/|\/\*|\*)/.test(line);
    const code = (file: string): number => textOf(file).split('\n').filter(isCode).length;
    expect(sources.filter((file) => lines(file) > 300)).toEqual([]);
    const total = (folder: string): number =>
      sources.filter((file) => file.startsWith(folder)).reduce((sum, file) => sum + code(file), 0);
    expect(total('server/')).toBeLessThan(13_500);
    expect(total('cli/')).toBeLessThan(2_500);
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
