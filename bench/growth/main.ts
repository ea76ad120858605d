// Whether it stays as quick when there are many people: `npm run bench:growth`.
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { progressBar } from '../../cli/progress-bar.ts';
import { readConfig } from '../../server/config.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { startCluster } from '../../tests/support/postgres-cluster.ts';
import { describeMachine, warnings } from '../machine.ts';
import { asCode, writeSection } from '../performance-page.ts';
import { runToEnd } from '../run-to-end.ts';
import type { Run } from '../run-to-end.ts';
import { startShipped } from '../shipped-server.ts';
import type { ShippedServer } from '../shipped-server.ts';
import { createDatabase, fillPostgres, growBuffers } from './fill-postgres.ts';
import { fillSqlite } from './fill-sqlite.ts';
import { measureLogin, measureMe } from './measure.ts';
import type { Grown } from './measure.ts';
import { password, sessionsEach } from './people.ts';
import { report } from './report.ts';
import type { Pair } from './report.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    database: { type: 'string', default: 'both' },
    rounds: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
});
const small = 1000;
const large = Number(values.rows);
const sizes = [small, large];
const [meMilliseconds, loginMilliseconds] = [2000, 4000];

async function main({ folder, stack }: Run): Promise<void> {
  const machine = describeMachine(['better-sqlite3', 'pg']);
  console.log(machine);
  for (const warning of new Set([...warnings(folder), ...warnings(tmpdir())])) console.log(`WARNING: ${warning}`);
  const { bcryptCost } = readConfig({ BCRYPT_COST: '10' });
  const passwordHash = await createBcryptHasher(bcryptCost, bcryptOnNodesPool).hash(password);
  const pairs: Pair[] = [];
  if (values.database !== 'postgres') {
    const urls = await forEachSize(async (users) => {
      const path = join(folder, `${users}.db`);
      await fillSqlite(path, { users, passwordHash, onProgress: bar('SQLite', users) });
      return `file:${path}`;
    });
    pairs.push(await measured('SQLite', urls));
  }
  if (values.database !== 'sqlite') {
    const cluster = stack.use(await startCluster());
    const urls = await forEachSize(async (users) => {
      const url = await createDatabase(cluster.url, `people_${users}`);
      await fillPostgres(url, { users, passwordHash, onProgress: bar('PostgreSQL', users) });
      return url;
    });
    pairs.push(await measured('PostgreSQL, 128 MB of buffers', urls));
    await growBuffers(cluster, urls);
    pairs.push(await measured('PostgreSQL, 2 GB of buffers', urls));
  }
  const text = report(pairs);
  console.log(text);
  if (values.write) writeSection('growth', `${asCode(machine)}\n\n${text}`);

  async function measured(name: string, urls: string[]): Promise<Pair> {
    const start = async (url: string): Promise<ShippedServer> =>
      await startShipped(folder, { DATABASE_URL: url, BCRYPT_COST: String(bcryptCost) });
    const servers = await Promise.all(urls.map(start));
    const pair = await inRounds(
      name,
      servers.map(({ port }, index) => ({ port, users: sizes[index] ?? 0 })),
    );
    await Promise.all(servers.map(async ({ child }) => (child.kill('SIGTERM'), await once(child, 'exit'))));
    return pair;
  }
}

/** One after the other: each takes all that the machine can do. */
async function forEachSize(makeDatabase: (users: number) => Promise<string>): Promise<string[]> {
  const urls: string[] = [];
  for (const users of sizes) urls.push(await makeDatabase(users));
  return urls;
}

function bar(name: string, users: number): (rows: number) => void {
  console.error(`${name}, ${users.toLocaleString('en')} people`);
  return progressBar(process.stderr, users * (1 + sessionsEach));
}

/** There and back again, so that what else the machine does falls on both. */
async function inRounds(database: string, servers: Grown[]): Promise<Pair> {
  const readings: Pair['readings'] = [];
  // The first seconds warm the servers and what the system remembers of the files, and are thrown away.
  for (const server of servers) await measureMe(server, meMilliseconds * 2);
  for (const server of servers) await measureLogin(server, meMilliseconds);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
      const { users } = server;
      readings.push({ users, call: 'me', ...(await measureMe(server, meMilliseconds)) });
    }
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
      const { users } = server;
      readings.push({ users, call: 'login', ...(await measureLogin(server, loginMilliseconds)) });
    }
    console.error(`${database}: round ${round + 1} of ${values.rounds}`);
  }
  return { database, small, large, readings };
}

// Ten million take their time to be made.
runToEnd(main, 3600);
