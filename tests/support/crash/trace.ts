import { execFileSync } from 'node:child_process';

/** Why no process can be traced here, `undefined` where it can. */
export function untraceable(): string | undefined {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no strace here that may trace (apt-get install strace)';
  }
}

/** What runs a command and writes down each write to a file or socket and each sync, in their order. */
export const tracer = (file: string): string[] => [
  'strace',
  '-fy',
  '-s32',
  `-o${file}`,
  '-etrace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync',
];

export type Event = 'written' | 'synced' | 'answered';

/** What happened to the log of the database and to the clients, in its order. */
export function eventsIn(trace: string): Event[] {
  const syncing = new Set<string>();
  const events: Event[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (/^(fsync|fdatasync)\(\d+<[^>]*-wal>/.test(call)) {
      // Of two threads at once strace writes down when a call began and when it was over.
      if (call.includes('<unfinished')) syncing.add(thread);
      else if (call.endsWith(' = 0')) events.push('synced');
    } else if (/^<\.\.\. (fsync|fdatasync) resumed>/.test(call)) {
      if (syncing.delete(thread) && call.endsWith(' = 0')) events.push('synced');
    } else if (/^pwrite64\(\d+<[^>]*-wal>/.test(call)) events.push('written');
    else if (/^\w+\(\d+<(socket|TCP).*HTTP\/1\.1 20\d/.test(call)) events.push('answered');
  }
  return events;
}

/** How many answers left after a write to the log that was not synced yet. */
export function answersTooEarly(events: Event[]): number {
  let isUnsynced = false;
  let early = 0;
  for (const event of events) {
    if (event === 'written') isUnsynced = true;
    if (event === 'synced') isUnsynced = false;
    if (event === 'answered' && isUnsynced) early += 1;
  }
  return early;
}
