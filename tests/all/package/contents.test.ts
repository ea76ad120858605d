import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, inject, test } from 'vitest';

import { codeIn, rowsIn, sectionOf } from '../../support/markdown.ts';
import { root } from '../../support/process.ts';

type Name = 'latchkey' | 'latchkey-client';

const tar = (...args: string[]): string => execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 1e8 });
const filesOf = (name: Name): string[] =>
  tar('-tzf', inject('packed')[name])
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
const textIn = (name: Name, path: string): string => tar('-xzOf', inject('packed')[name], `package/${path}`);
const manifestOf = (name: Name) => JSON.parse(textIn(name, 'package.json'));
const entriesOf = (name: Name): string[] =>
  Object.values<Record<string, string>>(manifestOf(name).exports).flatMap((entry) =>
    Object.values(entry).map((path) => path.replace('./', '')),
  );

const pages = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];

describe('latchkey, packed', () => {
  test('has code, declarations and what stands beside them, and nothing else', () => {
    const allowed =
      /^dist\/(?:(?:client|server)\/[\w./-]+\.(?:js|d\.ts)|cli\/[\w/-]+\.js|drizzle\/(?:sqlite|postgres)\/(?:\d{4}_\w+\.sql|meta\/_journal\.json))$/;
    const beside = [
      'dist/server/preload.mjs',
      'dist/server/hashing/bcrypt-worker.mjs',
      'dist/server/hashing/foreign-digest.mjs',
      'dist/server/front-page/page.css',
      'dist/server/passwords/common-passwords.bin',
    ];
    const files = filesOf('latchkey');
    expect(files).toEqual(expect.arrayContaining([...pages, ...beside, ...entriesOf('latchkey')]));
    const known = new Set([...pages, ...beside]);
    expect(files.filter((file) => !known.has(file) && !allowed.test(file))).toEqual([]);
    expect(files.filter((file) => /\.test\.|\/tests\/|\.env|\.map$/.test(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(80);
  });

  test('has every migration of each database', () => {
    for (const dialect of ['sqlite', 'postgres']) {
      const there = readdirSync(join(root, 'drizzle', dialect)).filter((name) => name.endsWith('.sql'));
      expect(there.length).toBeGreaterThan(2);
      expect(filesOf('latchkey')).toEqual(
        expect.arrayContaining(there.map((name) => `dist/drizzle/${dialect}/${name}`)),
      );
    }
  });

  test('refers to no map of a source that is not there', () => {
    const all = tar('-xzOf', inject('packed').latchkey);
    expect(all).toContain('createAuth');
    expect(all).not.toContain('sourceMappingURL');
  });

  test('has the entries that the documentation lists, under both names', () => {
    const rows = rowsIn(sectionOf('docs/package.md', 'Entries'));
    const column = (index: number): string[] => rows.flatMap((cells) => codeIn(cells[index] ?? ''));
    expect(Object.keys(manifestOf('latchkey').exports)).toEqual(column(0));
    expect(Object.keys(manifestOf('latchkey-client').exports)).toEqual(column(1));
  });
});

describe('latchkey-client, packed', () => {
  test('has of the server nothing that runs but contracts', () => {
    const files = filesOf('latchkey-client');
    const code = files.filter((file) => file.endsWith('.js'));
    const allowed =
      /^(client\/[\w-]+|server\/(entries\/contract|kernel\/(fields|refusals)|features\/[\w-]+\/contract))\.js$/;
    expect(files).toEqual(expect.arrayContaining([...pages, ...entriesOf('latchkey-client')]));
    expect(code.length).toBeGreaterThan(5);
    expect(code.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files.filter((file) => !pages.includes(file) && !/\.(js|d\.ts)$/.test(file))).toEqual([]);
  });

  test('has the same files as latchkey', () => {
    const files = filesOf('latchkey-client').filter((name) => !pages.includes(name));
    expect(files.length).toBeGreaterThan(15);
    expect(files.map((file) => textIn('latchkey-client', file))).toEqual(
      files.map((file) => textIn('latchkey', `dist/${file}`)),
    );
  });

  test('depends on zod and on the browser’s side of passkeys alone, and on what its host has anyway', () => {
    const { version, dependencies, peerDependencies, peerDependenciesMeta } = manifestOf('latchkey-client');
    expect(version).toBe(manifestOf('latchkey').version);
    expect(Object.keys(dependencies)).toEqual(['@simplewebauthn/browser', 'zod']);
    expect(Object.keys(peerDependencies)).toEqual(['@trpc/client', '@trpc/server', 'react']);
    expect(peerDependenciesMeta).toEqual({ react: { optional: true } });
  });
});

describe.each<Name>(['latchkey', 'latchkey-client'])('%s', (name) => {
  test.each([
    ['publint', 'publint/src/cli.js', ['--strict']],
    ['are the types wrong?', '@arethetypeswrong/cli/dist/index.js', ['--profile', 'esm-only']],
  ])('has nothing for %s to find fault with', (_tool, script, flags) => {
    const run = [join(root, 'node_modules', script), inject('packed')[name], ...flags];
    // It throws with what they print where they exit with a fault.
    expect(execFileSync(process.execPath, run, { encoding: 'utf8' })).toMatch(/All good|🟢/);
  });
});
