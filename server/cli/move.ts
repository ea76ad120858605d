import type { Queryable } from '../db/database.ts';
import { isPostgres, openDatabase } from '../db/open-database.ts';
import { openSource, readingFrom, refuseOtherVersion } from '../db/open-source.ts';
import { compare, copy, countAll } from '../db/move.ts';
import type { Comparison } from '../db/move.ts';
import { nameOf } from '../db/postgres-url.ts';
import { DatabaseFault } from '../db/postgres-errors.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { Refusal } from '../kernel/refusal.ts';
import { databaseUrl, fail, readArguments, WrongArguments } from './arguments.ts';
import { refuseOthers, refuseUnequal, summaryOf } from './move-report.ts';
import type { Ends } from './move-report.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run db:move -- --from file:./userAuth.db --to postgres://user@host/database

Copies every user, session and limit counter from a SQLite file into an empty PostgreSQL database,
and compares both afterwards, row by row. Stop the server first: what it writes meanwhile is not
moved. The file is only read. If the move breaks off, run it again: it goes on where it was. To
begin anew instead, drop the schema "latchkey" in that database.

PGPASSWORD or a .pgpass file keep the password out of the list of processes.

The exit code is 0 where both are equal at the end, 1 where not, 2 for wrong arguments.`;

interface Urls {
  from: string;
  to: string;
}

async function main(): Promise<void> {
  const { help, ...given } = readArguments();
  if (help || given.from === undefined || given.to === undefined) {
    console.log(usage);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const urls = { from: databaseUrl('--from', given.from), to: databaseUrl('--to', given.to) };
  if (isPostgres(urls.from)) throw new WrongArguments('--from: must be file: and the path of a SQLite file');
  if (!isPostgres(urls.to)) throw new WrongArguments('--to: must be postgres:// and user, host and database');

  const ends = { source: pathOf(urls.from), target: nameOf(urls.to) };
  const comparisons = await move(urls, ends);
  console.log(`${ends.target} now holds what is in ${ends.source}, by count and digest of every table:`);
  console.log(summaryOf(comparisons));
  console.log('Next: set DATABASE_URL to what --to was, for example in a file .env, and run npm start.');
  console.log(
    'Everybody stays signed in. When all is well, delete the file and what lies beside it (-wal, -shm): the same hashes are in it.',
  );
}

async function move({ from, to }: Urls, ends: Ends): Promise<Comparison[]> {
  using source = openWhole(pathOf(from));
  const target = await openDatabase(to, { poolSize: 1, log: { warn: () => {} } });
  try {
    const total = await countAll(source);
    const before = await compare(source, target, step('Looking at what is there', total));
    refuseOthers(before, ends);
    await copy(source, target, step('Copying', total));
    // Read anew: what was copied is what the file was when the move began.
    using now = openWhole(pathOf(from));
    const after = await compare(now, target, step('Comparing', total));
    refuseUnequal(before, after, ends);
    return after;
  } finally {
    await target.close();
  }
}

function openWhole(path: string): Queryable & Disposable {
  const client = openSource(path);
  try {
    refuseOtherVersion(path, client);
    return { ...readingFrom(client), [Symbol.dispose]: () => client.close() };
  } catch (error) {
    client.close();
    throw error;
  }
}

function step(what: string, total: number): (done: number) => void {
  process.stderr.write(`${what}\n`);
  const draw = progressBar(process.stderr, total);
  if (total === 0) draw(0);
  return draw;
}

function translated(error: unknown): unknown {
  if (error instanceof Refusal)
    return new Unusable('The database did not answer in time, and the move broke off. Run it again.');
  if (error instanceof DatabaseFault) return new Unusable(`The move broke off. ${error.message}`);
  return error;
}

await main().catch((error: unknown) => fail(translated(error)));
