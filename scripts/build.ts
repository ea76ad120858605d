// Makes the two packages: `dist` is what `npm pack` puts into latchkey, `dist-client` is latchkey-client
// whole, the part of the same files that a frontend needs. Each has what its entries reach, and no more.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { reachedFrom } from './build/reached-from.ts';

interface Manifest {
  version: string;
  exports: Record<string, { types: string; default: string }>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  [field: string]: unknown;
}

const root = join(import.meta.dirname, '..');
const compiled = join(root, '.tmp', 'build');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** The entries of latchkey-client, and what they are called in latchkey. */
const entriesOfClient = {
  '.': './client',
  './live': './client/live',
  './passkeys': './client/passkeys',
  './react': './client/react',
  './contract': './contract',
};

function compile(): void {
  rmSync(compiled, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}

/** Copies what the entries and commands reach, and tells which packages it needs. */
function fill(folder: string, exported: Manifest['exports'], commands: string[] = []): string[] {
  rmSync(join(root, folder), { recursive: true, force: true });
  const entries = [...Object.values(exported).flatMap(({ types, default: code }) => [types, code]), ...commands];
  const { files, packages } = reachedFrom(
    entries.map((path) => path.replace('./dist/', '')),
    [compiled, root],
  );
  // Snapshots of the schema are for whoever writes the next migration.
  const isNeeded = (path: string): boolean => !path.endsWith('_snapshot.json');
  for (const [path, source] of files) cpSync(source, join(root, folder, path), { recursive: true, filter: isNeeded });
  return packages;
}

const pick = <Value>(from: Record<string, Value>, names: string[]): Record<string, Value> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));

function makeClientPackage(): void {
  const exported = Object.fromEntries(
    Object.entries(entriesOfClient).flatMap(([name, ofServer]) => {
      const entry = manifest.exports[ofServer];
      return entry ? [[name, entry]] : [];
    }),
  );
  const packages = fill('dist-client', exported);
  const { version, license, type, private: isPrivate, dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  // A range here, since an application that has zod already should not load it twice.
  const ranges = Object.entries(pick(dependencies, packages)).map(([name, fixed]) => [name, `^${fixed}`]);
  const ofClient = {
    name: 'latchkey-client',
    version,
    private: isPrivate,
    description: 'The typed client of Latchkey, without its server.',
    license,
    type,
    sideEffects: false,
    exports: JSON.parse(JSON.stringify(exported).replaceAll('./dist/', './')),
    dependencies: Object.fromEntries(ranges),
    peerDependencies: pick(peerDependencies, packages),
    peerDependenciesMeta: pick(peerDependenciesMeta, packages),
  };
  writeFileSync(join(root, 'dist-client', 'package.json'), `${JSON.stringify(ofClient, null, 2)}\n`);
  for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(root, 'dist-client', name));
  cpSync(join(root, 'client', 'README.md'), join(root, 'dist-client', 'README.md'));
}

compile();
fill('dist', manifest.exports, Object.values(manifest.bin));
makeClientPackage();
