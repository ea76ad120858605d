import { parseArgs } from 'node:util';

import { installPeers } from './install-peers.ts';
import { describeMachine, warnings } from './machine.ts';
import { checkAnswers } from './measure.ts';
import { writePage } from './page.ts';
import { asCode } from './performance-page.ts';
import { pocketBaseBinary, pocketBaseVersion } from './pocketbase.ts';
import { startProcesses } from './processes.ts';
import type { Stand } from './processes.ts';
import { report } from './report.ts';
import { runRounds } from './rounds.ts';
import { runToEnd } from './run-to-end.ts';
import type { Run } from './run-to-end.ts';
import { createSteps } from './steps.ts';

/** On a busy machine a run has fewer rounds; none goes on for longer than `limitSeconds`. */
const quick = { rounds: 3, stretch: 1, warmUpMilliseconds: 500, untilSeconds: 210, limitSeconds: 240 };
const thorough = { rounds: 9, stretch: 1.7, warmUpMilliseconds: 2000, untilSeconds: 690, limitSeconds: 720 };

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const plan = values.quick ? quick : thorough;

async function main({ folder, signal }: Run): Promise<void> {
  const startedAt = performance.now();
  console.error('Installing the peers and starting everybody …');
  const doubts = warnings(folder).map((warning) => `WARNING: ${warning}`);
  await installPeers(signal);
  const stand = await startProcesses(folder);
  const { latchkey, reads, logins } = stand;
  await checkAnswers(stand, [...Object.values(reads), ...Object.values(logins), ...Object.values(latchkey)]);
  const readings = await runRounds(createSteps(stand), plan, console.error);

  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const measured = [
    describeMachine(packages.split(' ')),
    ...(stand.postgres ? [`Databases PostgreSQL ${stand.postgres.version}`] : []),
    ...(pocketBaseBinary ? [`PocketBase ${pocketBaseVersion(pocketBaseBinary)}`] : []),
    `Rounds    ${readings.me?.length} of ${plan.rounds}${values.quick ? ', short ones (--quick)' : ''}, in ${seconds} seconds`,
    placing(stand),
  ].join('\n');
  const missing = stand.missing.map((what) => `Not measured: ${what}.`);
  const found = [report(readings), ...missing, ...doubts].join('\n\n');
  console.log(`${measured}\n\n${found}`);
  if (!values.quick) writePage(`${asCode(measured)}\n\n${found}`, readings);
}

const packages =
  '@trpc/server better-sqlite3 bcrypt pg jose express express-session better-sqlite3-session-store fastify better-auth';

const placing = ({ cores }: Stand): string =>
  cores
    ? `Cores     ${cores.all}; the server on ${cores.server} and the client on ${cores.client} where it says one core`
    : 'Cores     not kept apart: there is no taskset, or one processor. Read "one core" as "all cores"';

runToEnd(main, plan.limitSeconds);
