import { execSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { root } from './process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the two packed files are. */
    packed: { latchkey: string; 'latchkey-client': string };
  }
}

let folder = '';

/** Packs both packages once for the whole run, as somebody who publishes them would. */
export function setup(project: TestProject): void {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-packed-'));
  const pack = (what: string): string => {
    const command = `npm pack ${what} --silent --pack-destination "${folder}"`;
    const printed = execSync(command, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    return join(folder, printed.trim().split('\n').at(-1) ?? '');
  };
  // In this order: the first builds.
  project.provide('packed', { latchkey: pack('.'), 'latchkey-client': pack('./dist-client') });
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true });
}
