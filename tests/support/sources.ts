import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { root } from './process.ts';

/** Every file that is run in production, as a path from the root. */
export const sources = ['server', 'client', 'cli'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/')),
);

/** Every file of tests, as a path from the root. */
export const testFiles = ['tests', 'server', 'client', 'cli'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/')),
);

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Import {
  from: string;
  /** A path from the root for a file of ours, otherwise the name of a package. */
  to: string;
  typeOnly: boolean;
}

export const imports: Import[] = sources.flatMap((from) =>
  [...textOf(from).matchAll(/^(import|export)( type)?[^;]*?from '([^']+)';|import\('([^']+)'\)/gms)].map((found) => {
    const target = found[3] ?? found[4] ?? '';
    const to = target.startsWith('.')
      ? relative(root, join(root, dirname(from), target)).replaceAll('\\', '/')
      : target;
    return { from, to, typeOnly: found[2] !== undefined };
  }),
);
