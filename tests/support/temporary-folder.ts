import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone after the test. @param base where it is made */
export function temporaryFolder(base = tmpdir()): Disposable & { path: string; file(name: string): string } {
  const path = mkdtempSync(join(base, 'latchkey-test-'));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
