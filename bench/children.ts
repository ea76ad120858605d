import { fork } from 'node:child_process';
import type { ChildProcess, Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every process of this run, and none but those: nothing else is ever ended. */
const children = new Set<ChildProcess>();

/** @param options `cwd` is where a server looks for `.env`; `imports` are modules that run before it */
export function startChild(
  file: string,
  options: { args?: string[]; cwd?: string; env?: NodeJS.ProcessEnv; imports?: string[] } = {},
): ChildProcess {
  const { args = [], imports = [], ...rest } = options;
  const modules = ['./end-with-parent.ts', ...imports].map((name) => new URL(name, import.meta.url).href);
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    ...rest,
    execArgv: modules.flatMap((url) => ['--import', url]),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
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

/** Ends every process of this run at once: nothing in them is worth waiting for. */
export async function endChildren(): Promise<void> {
  const ended = [...children].map(
    async (child) =>
      await new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  );
  await Promise.all(ended);
}
