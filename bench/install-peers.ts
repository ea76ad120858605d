import { exec } from 'node:child_process';
import { promisify } from 'node:util';

/** Installs what Latchkey is compared with, in the versions of the lock file, into this folder and nowhere else. */
export async function installPeers(signal: AbortSignal): Promise<void> {
  const options = { cwd: import.meta.dirname, signal };
  await promisify(exec)('npm install --ignore-scripts --no-audit --no-fund --loglevel=error', options);
}
