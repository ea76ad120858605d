import { fork, spawn } from 'node:child_process';
import type { ChildProcess, Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every process of this run, and none but those: nothing else is ever ended. */
const children = new Set<ChildProcess>();

/** What else is to be undone once they have ended. */
const endings: (() => Promise<void>)[] = [];

export const atTheEnd = (ending: () => Promise<void>): number => endings.push(ending);

/** @param options `cwd` is where a server looks for `.env`; `imports` are modules that run before it; `flags` are Node's */
export function startChild(
  file: string,
  options: { args?: string[]; cwd?: string; env?: NodeJS.ProcessEnv; imports?: string[]; flags?: string[] } = {},
): ChildProcess {
  const { args = [], imports = [], flags = [], ...rest } = options;
  const modules = ['./end-with-parent.ts', ...imports].map((name) => new URL(name, import.meta.url).href);
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    ...rest,
    execArgv: [...flags, ...modules.flatMap((url) => ['--import', url])],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return remember(child);
}

/** A server that is no Node.js. It does not end with a run that is killed hard. */
export const startProgram = (file: string, args: string[]): ChildProcess =>
  remember(spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] }));

function remember(child: ChildProcess): ChildProcess {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** The port in what a server prints once it listens. Whatever it prints afterwards is read and dropped. */
export async function portOf(server: ChildProcess): Promise<number> {
  let printed = '';
  return await new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const [, port] = /Server running at http:\/\/localhost:(\d+)/.exec(printed) ?? [];
      if (!port) return;
      server.stdout?.off('data', read).resume();
      resolve(Number(port));
    };
    server.stdout?.on('data', read);
    server.once('exit', () => reject(new Error(`A server ended before it listened:\n${printed}`)));
  });
}

/** Gives a process of ours a job and waits for its answer. A process has one job at a time. */
export async function ask<Answer extends object>(child: ChildProcess, job: Serializable): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('A process ended during its job.'));
    child.once('exit', ended);
    // Both ends of the pipe are files of this folder; each job has one form of answer.
    child.once('message', (answer: Answer | { error: string }) => {
      child.off('exit', ended);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer);
    });
    child.send(job, (error) => error && reject(error));
  });
}

/** In a process of ours: does each job that it is given. */
export function doJobs(work: (job: unknown) => Promise<Serializable>): void {
  process.on('message', (job) => {
    work(job).then(
      (answer) => process.send?.(answer),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
}

/** Ends a process at once: nothing in it is worth waiting for. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!children.has(child)) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** Ends every process of this run. */
export async function endChildren(): Promise<void> {
  await Promise.all([...children].map(async (child) => await endChild(child)));
  for (const ending of endings.splice(0)) await ending();
}
