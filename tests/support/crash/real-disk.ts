import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../process.ts';

const cache = join(root, 'node_modules', '.cache');

// The magic numbers of tmpfs and ramfs, see statfs(2).
const inMemory = [0x01021994, 0x858458f6];

/** Whether what is synced beside the project is synced to a disk. */
export function isOnDisk(): boolean {
  mkdirSync(cache, { recursive: true });
  return !inMemory.includes(statfsSync(cache).type);
}

/** A folder on the disk of the project, not in the one for temporary files, which may be memory. */
export function folderOnDisk(): Disposable & { path: string; file(name: string): string } {
  mkdirSync(cache, { recursive: true });
  const path = mkdtempSync(join(cache, 'latchkey-crash-'));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
