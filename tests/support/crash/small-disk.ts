import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own that a test can fill. It is memory: whether it syncs is another test. */
export interface SmallDisk extends Disposable {
  file(name: string): string;
  /** Leaves no room but this many bytes. */
  fill(except?: number): void;
  free(): void;
}

/** `undefined` where none can be mounted: that takes root, and a machine or container that lets it. */
export function smallDisk(kilobytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-disk-'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(disk, 'ballast');
  return {
    file: (name) => join(disk, name),
    fill(except = 0) {
      const { bavail, bsize } = statfsSync(disk);
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - except)));
      } catch (error) {
        // Whoever uses the disk has written meanwhile, so it is as full as can be.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]() {
      execFileSync('umount', [disk]);
      rmSync(folder, { recursive: true });
    },
  };
}

export const noSmallDisk = 'a small disk can be mounted here by nobody: it takes root on Linux';
