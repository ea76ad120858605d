import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '..', '..');

/** What the compiler says that a project cost it. */
export interface Cost {
  files: number;
  lines: number;
  instantiations: number;
  types: number;
  memoryKilobytes: number;
  checkSeconds: number;
  totalSeconds: number;
}

const labels: Record<keyof Cost, string> = {
  files: 'Files',
  lines: 'Lines',
  instantiations: 'Instantiations',
  types: 'Types',
  memoryKilobytes: 'Memory used',
  checkSeconds: 'Check time',
  totalSeconds: 'Total time',
};

/** Runs TypeScript to its end; resolves to what it printed, and rejects with it where something does not compile. */
export async function compile(flags: string[], signal?: AbortSignal): Promise<string> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = { maxBuffer: 1e8, ...(signal && { signal }) };
  const running = promisify(execFile)(process.execPath, [tsc, ...flags], options);
  return await running.then(
    ({ stdout }) => stdout,
    async (error: Error & { stdout?: string }) => {
      // One that is being stopped may still write.
      const { child } = running;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      throw new Error(error.stdout || error.message, { cause: error });
    },
  );
}

/** Compiles a project once. In one thread: several would each count the types that they share. */
export async function costOf(project: string, signal?: AbortSignal): Promise<Cost> {
  const printed = await compile(['-p', project, '--extendedDiagnostics', '--singleThreaded'], signal);
  const read = (label: string): number => {
    const [, value] = new RegExp(`^${label}: +([\\d.]+)`, 'm').exec(printed) ?? [];
    if (value === undefined) throw new Error(`TypeScript printed no "${label}":\n${printed}`);
    return Number(value);
  };
  // The keys of `labels` are those of a cost.
  return Object.fromEntries(Object.entries(labels).map(([key, label]) => [key, read(label)])) as unknown as Cost;
}
