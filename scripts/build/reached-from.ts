import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What a set of entries needs. */
export interface Reached {
  /** Path in the package → where the file, or folder, is now. */
  files: Map<string, string>;
  /** Names of packages that are imported, also those that only declarations name. */
  packages: string[];
}

const imported = /^(?:import|export)[^;]*?from ['"]([^'"]+)['"]|\bimport\(["']([^"']+)["']\)/gm;
const besideTheCode = /new URL\('([^']+)', import\.meta\.url\)/g;

/**
 * Follows imports and `new URL('…', import.meta.url)` through compiled JavaScript and declarations.
 * Each path is looked for in the folders in their order.
 */
export function reachedFrom(entries: string[], folders: string[]): Reached {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const found = folders.map((folder) => join(folder, path)).find((place) => existsSync(place));
    if (found === undefined) throw new Error(`${path} is imported, but there is no such file`);
    files.set(path, found);
    if (!/\.m?[jt]s$/.test(path)) continue;
    for (const target of targetsOf(readFileSync(found, 'utf8'))) {
      if (target.startsWith('.')) waiting.push(fileFor(target, path));
      else packages.add(packageOf(target));
    }
  }
  return { files, packages: [...packages] };
}

function targetsOf(code: string): string[] {
  const imports = [...code.matchAll(imported)].map(([, from, inside]) => from ?? inside ?? '');
  // What is made while the code runs is not there yet.
  const beside = [...code.matchAll(besideTheCode)].flatMap(([, path = '']) =>
    path.includes('/.cache/') ? [] : `./${path}`,
  );
  return [...imports, ...beside];
}

/** A declaration names the source or the JavaScript, and means the declaration beside it. */
function fileFor(target: string, importer: string): string {
  const path = posix.join(posix.dirname(importer), target);
  return importer.endsWith('.d.ts') ? path.replace(/\.[jt]s$/, '.d.ts') : path;
}

const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
