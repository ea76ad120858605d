import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { compile, root } from './compiler.ts';

export type Subject = 'latchkey' | 'trpc' | 'better-auth';

/** A client of a server of its own, or one whose types come from the sources of a host's server. */
export type Shape = 'standalone' | 'host';

/** A folder with a project of one consumer: `calls.json` compiles it, `empty.json` only what it imports. */
export interface Project {
  subject: Subject;
  shape: Shape;
  folder: string;
}

const consumers = join(import.meta.dirname, 'consumers');

// The strictest that consumers commonly have. No `types`: those of Node.js would be most of what is loaded.
const compilerOptions = {
  target: 'es2024',
  module: 'nodenext',
  lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
};

/**
 * Puts the declarations of Latchkey, as the package ships them, and those of a bare tRPC router into
 * `node_modules` of a folder in this repository, so that the packages that they need are found above it.
 */
export async function installDeclarations(folder: string, signal?: AbortSignal): Promise<void> {
  // A scope of its own: in that of this repository `latchkey` would be whatever was last built.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));

  const latchkey = join(folder, 'node_modules', 'latchkey');
  await emit(['-p', join(root, 'tsconfig.build.json'), '--outDir', join(latchkey, 'dist')], signal);
  copyFileSync(join(root, 'package.json'), join(latchkey, 'package.json'));

  const bare = join(folder, 'node_modules', 'bare-router');
  const config = join(folder, 'bare-router.json');
  const files = [join(consumers, 'trpc', 'router.ts')];
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: false }, files }));
  await emit(['-p', config, '--rootDir', join(consumers, 'trpc'), '--outDir', bare], signal);
  writeFileSync(join(bare, 'package.json'), JSON.stringify({ type: 'module', exports: './router.d.ts' }));
}

/** Unchecked, because the sources are checked elsewhere. */
async function emit(flags: string[], signal?: AbortSignal): Promise<void> {
  await compile([...flags, '--declaration', '--emitDeclarationOnly', '--noCheck'], signal);
}

/** Where a consumer's calls are in its folder: in `calls.ts`, or in `calls` with a file for each feature. */
export const callsOf = (subject: Subject): string[] =>
  // Sorted, because what the compiler counts may depend on the order.
  globSync(['calls.ts', 'calls/*.ts'], { cwd: join(consumers, subject) }).toSorted();

/** Lays one consumer out in a folder below the one with the declarations. */
export function makeProject(parent: string, { subject, shape }: Pick<Project, 'subject' | 'shape'>): Project {
  const folder = join(parent, `${subject}-${shape}`);
  const calls = callsOf(subject);
  const sources = {
    ...Object.fromEntries(calls.map((name) => [name, name])),
    'auth.ts': `${shape}.ts`,
    ...(shape === 'host' && { 'server.ts': 'server.ts' }),
  };
  const texts = Object.entries(sources).map(([name, source]) => {
    const text = readFileSync(join(consumers, subject, source), 'utf8');
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return text;
  });
  const packages = new Set(
    texts.flatMap((text) => [...text.matchAll(/ from '([^.'][^']*)'/g)].map(([, name]) => name)),
  );
  writeFileSync(join(folder, 'empty.ts'), [...packages].map((name) => `import '${name}';\n`).join(''));
  for (const [entry, files] of Object.entries({ calls, empty: ['empty.ts'] }))
    writeFileSync(join(folder, `${entry}.json`), JSON.stringify({ compilerOptions, files }));
  return { subject, shape, folder };
}
