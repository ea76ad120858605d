import { execFileSync } from 'node:child_process';
import { isBuiltin } from 'node:module';

import { describe, expect, test } from 'vitest';

import { imports, sources, textOf } from '../support/sources.ts';
import { root } from '../support/process.ts';

interface Locked {
  version: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
}

const { dependencies, peerDependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
  'dependencies' | 'peerDependencies' | 'devDependencies',
  Record<string, string>
>;
const lock = Object.entries(
  (JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> }).packages,
).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

test('15.1.2 npm run sbom lists every component that is run, with its version, in a common format', () => {
  const printed = execFileSync('npm run --silent sbom', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const bill = JSON.parse(printed.toString());
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX' });
  const listed = bill.components.map(({ name, version }: Locked & { name: string }) => `${name}@${version}`);
  const isOfDevelopment = ([path, { dev, optional, devOptional }]: (typeof lock)[number]): boolean =>
    Boolean(dev ?? optional ?? devOptional) || nameOf(path) in devDependencies;
  const needed = lock.filter((one) => !isOfDevelopment(one));
  expect(needed.length).toBeGreaterThan(Object.keys(dependencies).length);
  expect(listed).toEqual(expect.arrayContaining(needed.map(([path, { version }]) => `${nameOf(path)}@${version}`)));
});

/** Versions below which a weakness was published that concerns what is used of the package. */
const floors: [name: string, version: string, why: string][] = [
  ['@trpc/server', '11.8.0', 'CVE-2025-68130: prototype pollution by names of form fields'],
  ['drizzle-orm', '0.45.2', 'CVE-2026-39356: identifiers were not escaped'],
];

const isAtLeast = (version: string, floor: string): boolean =>
  version.localeCompare(floor, 'en', { numeric: true }) >= 0 && !version.includes('-');

describe('15.2.1 no component is older than the version that mended a published weakness', () => {
  test.each(floors)('15.2.1 %s is %s or newer, everywhere that it is installed', (name, floor) => {
    const versions = lock.filter(([path]) => nameOf(path) === name).map(([, { version }]) => version);
    expect(versions.length).toBeGreaterThan(0);
    expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
    const asked = dependencies[name] ?? peerDependencies[name]?.replace('>=', '').split(' ')[0];
    expect(isAtLeast(asked ?? '', floor)).toBe(true);
  });

  test('15.2.1 a version is compared by its numbers', () => {
    expect(['11.8.0', '11.10.0', '12.0.0'].map((version) => isAtLeast(version, '11.8.0'))).toEqual([true, true, true]);
    expect(['11.7.9', '9.9.9', '11.8.0-rc.1'].map((version) => isAtLeast(version, '11.8.0'))).toEqual(
      Array(3).fill(false),
    );
  });

  test('15.2.1 the version of each is fixed, and what is installed has the hash that was locked', () => {
    const asked = Object.entries({ ...dependencies, ...devDependencies });
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    for (const [name, version] of asked)
      expect(lock.find(([path]) => path === `node_modules/${name}`)?.[1].version).toBe(version);
    expect(lock.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  });
});

/** A package's name without the path inside it, `undefined` for a file of ours. */
function packageOf(target: string): string | undefined {
  if (/^(server|client|cli)\//.test(target)) return undefined;
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Imports that production cannot have: neither a file of ours that is run, nor Node's, nor a declared dependency or peer. */
const strangers = (targets: string[]): string[] =>
  targets.filter((target) => {
    const name = packageOf(target);
    if (name === undefined) return !sources.includes(target);
    return !(target.startsWith('node:') && isBuiltin(target)) && !(name in dependencies || name in peerDependencies);
  });

test('15.2.3 what is run in production imports no tool of development and nothing of the tests', () => {
  expect(imports.length).toBeGreaterThan(200);
  expect(strangers(imports.map(({ to }) => to))).toEqual([]);
  const bad = [
    'vitest',
    'superjson',
    '../tests/support/raw.ts',
    'server/config.test.ts',
    'fs',
    'node:nothing',
    'left-pad',
  ];
  expect(strangers([...bad, 'zod', '@trpc/server/rpc', 'node:fs'])).toEqual(bad);
});

/** Ways to load code or data that a reader, or a checker of imports, could not follow. */
const unfollowable =
  /\bimport\((?!')|\brequire\(|createRequire|\bmodule\.register\(|\bimport '|new (?:Worker|Function)\(|\beval\(|new URL\((?!')[^)]*import\.meta|import\.meta\.(?!url\b|dirname\b)|\bWebAssembly\b|process\.dlopen/;

test('13.2.5 code and data are loaded only from files of the project and from declared dependencies, by names that are written out', () => {
  const found = sources.filter((file) => unfollowable.test(textOf(file)));
  expect(found).toEqual([]);
  const bad = [
    'import(name)',
    'import(`./${name}`)',
    "require('x')",
    'new Worker(file)',
    'new URL(name, import.meta.url)',
  ];
  expect(bad.filter((line) => !unfollowable.test(line))).toEqual([]);
  // What is read beside code stands in the project, too.
  const read = sources.flatMap((file) => [...textOf(file).matchAll(/new URL\('([^']+)', import\.meta\.url\)/g)]);
  expect(read.map(([, name]) => name).toSorted()).toEqual([
    '../../../.cache/latchkey',
    '../../drizzle/postgres',
    '../../drizzle/sqlite',
    '../node_modules/.cache/latchkey',
    './bcrypt-worker.mjs',
    './page.css',
    './page.js',
    'common-passwords.bin',
  ]);
});
