import { readFileSync, statfsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, release, type } from 'node:os';

/**
 * Everything without which the numbers below it mean nothing.
 *
 * @param packages those whose versions matter
 */
export function describeMachine(packages: string[]): string {
  const { version } = readPackage(new URL('../package.json', import.meta.url));
  return [
    `Date      ${new Date().toISOString().slice(0, 16)}Z`,
    `Machine   ${type()} ${release()} ${arch()}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    `CPUs      ${availableParallelism()}`,
    `Node.js   ${process.version}`,
    `Latchkey  ${version}; ${packages.map((name) => `${name} ${versionOf(name)}`).join(', ')}`,
  ].join('\n');
}

function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  return path ? readPackage(path).version : 'unknown';
}

const readPackage = (path: string | URL): { version: string } =>
  // A package.json that npm has installed, or ours, has one.
  JSON.parse(readFileSync(path, 'utf8')) as { version: string };

// The numbers of statfs(2) on Linux; no other system has them.
const inMemory = new Set([0x01_02_19_94, 0x85_84_58_f6]);

/** What makes this run worth less than it looks. */
export function warnings(folder: string): string[] {
  const [load = 0] = loadavg();
  return [
    inMemory.has(statfsSync(folder).type)
      ? 'The database lies in memory (tmpfs): logins will look quicker than they are on a disk.'
      : '',
    load > availableParallelism() / 2 ? `The machine is busy with something else (load ${load.toFixed(1)}).` : '',
  ].filter(Boolean);
}
