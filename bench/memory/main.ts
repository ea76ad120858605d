// What the server holds of the machine's memory, and whether that grows: `npm run bench:memory`. Linux only.
import { parseArgs } from 'node:util';

import { progressBar } from '../../cli/progress-bar.ts';
import { portOf, startChild } from '../children.ts';
import { describeMachine, warnings } from '../machine.ts';
import { markdownTable } from '../markdown-table.ts';
import { asCode, writeSection } from '../performance-page.ts';
import { runToEnd } from '../run-to-end.ts';
import type { Run } from '../run-to-end.ts';
import { startShipped } from '../shipped-server.ts';
import type { ShippedServer } from '../shipped-server.ts';
import { ask, connections } from './ask.ts';
import { createMix } from './mix.ts';
import { peakOf, summed, watch } from './watch.ts';
import type { Watched } from './watch.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    write: { type: 'boolean', default: false },
    flags: { type: 'string', default: '' },
  },
});
const total = Number(values.requests);

async function main({ folder }: Run): Promise<void> {
  const machine = describeMachine(['@trpc/server', 'bcrypt', 'better-sqlite3', 'piscina', 'zod']);
  console.log(machine);
  for (const warning of warnings(folder)) console.log(`WARNING: ${warning}`);
  const flags = values.flags.split(' ').filter(Boolean);
  const settings = { DATABASE_URL: 'file:./memory.db', BCRYPT_COST: '10', LOG_LEVEL: 'info' };
  const latchkey = await watched(await startShipped(folder, settings, flags), { isOurs: true });
  const http = startChild('./servers/bare-http.ts');
  const bare = await watched({ child: http, port: await portOf(http) }, { isOurs: false });
  const text = [
    ...markdownTable(
      ['Server', 'Requests', 'At the start', 'Peak', 'At half', 'At the end', 'More by 100,000 in the second half'],
      [rowOf('Latchkey', latchkey), rowOf('bare `node:http`', bare)],
    ),
  ].join('\n');
  console.log(text);
  if (values.write) writeSection('memory', `${asCode(machine)}\n\n${text}`);
}

type Seen = Watched & { start: number };

const rowOf = (name: string, { start, peak, half, end, slope }: Seen): string[] => [
  name,
  total.toLocaleString('en'),
  ...[start, peak, half, end].map((megabytes) => `${megabytes.toFixed(0)} MB`),
  `${slope.toFixed(1)} MB`,
];

/** Asks for all of it, of so many at once, and ends the server. A bare one is asked for the same and answers always the same. */
async function watched({ child, port }: ShippedServer, { isOurs }: { isOurs: boolean }): Promise<Seen> {
  const { pid = 0 } = child;
  const mix = createMix();
  const askFor = async (asked: ReturnType<typeof mix.next>): Promise<void> => {
    const expected = isOurs ? asked : { ...asked, status: 200 };
    mix.noteAnswer(await ask(port, expected));
  };
  let done = 0;
  const draw = progressBar(process.stderr, total);
  const watching = watch(pid, () => done);
  for (let count = 0; count < connections * 2; count += 1) await askFor(mix.first());
  const one = async (): Promise<void> => {
    while (done < total) {
      done += 1;
      await askFor(mix.next());
      if (done % 1000 === 0) draw(done);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const samples = watching.stop();
  const seen = { ...summed(samples, peakOf(pid)), start: samples[0]?.megabytes ?? Number.NaN };
  child.kill('SIGTERM');
  return seen;
}

runToEnd(main, 5400);
