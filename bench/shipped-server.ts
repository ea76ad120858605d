import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { environment } from '../server/environment.ts';
import { portOf, startChild } from './children.ts';

/** A server of ours, in a process of its own. */
export interface ShippedServer {
  child: ChildProcess;
  port: number;
}

/**
 * The server as `npm start` starts it, by the flags that stand there; its settings are the defaults but for
 * these. No setting of this shell or of a `.env` counts.
 *
 * @param moreFlags of Node.js, to be tried beside those that are shipped
 */
export function serveShipped(folder: string, settings: Record<string, string>, moreFlags: string[] = []): ChildProcess {
  const ours = new Set(Object.keys(environment.shape));
  const inherited = Object.entries(process.env).filter(([name]) => !ours.has(name.toUpperCase()));
  const { imports, flags, file, args } = shippedStart();
  return startChild(file, {
    args,
    flags: [...flags, ...moreFlags],
    imports,
    cwd: folder,
    env: { ...Object.fromEntries(inherited), PORT: '0', RATE_LIMITS: 'off', ...settings },
  });
}

/** The same, once it listens. */
export async function startShipped(...given: Parameters<typeof serveShipped>): Promise<ShippedServer> {
  const child = serveShipped(...given);
  return { child, port: await portOf(child) };
}

/** What `npm start` runs, with paths as seen from this folder. */
function shippedStart(): { imports: string[]; flags: string[]; file: string; args: string[] } {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const words: string[] = scripts.start.replace('exec node ', '').split(' ');
  const file = words.find((word) => word.endsWith('.ts')) ?? '';
  const before = words.slice(0, words.indexOf(file));
  const isImport = (word: string, index: number): boolean => word === '--import' || before[index - 1] === '--import';
  return {
    imports: before.filter((word, index) => isImport(word, index) && word !== '--import').map(fromHere),
    flags: before.filter((word, index) => !isImport(word, index)),
    file: fromHere(file),
    args: words.slice(words.indexOf(file) + 1),
  };
}

const fromHere = (path: string): string => `../${path.replace(/^\.\//, '')}`;
