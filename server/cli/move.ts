import type { Database, Queryable } from '../db/database.ts';
import { isPostgres, openDatabase } from '../db/open-database.ts';
import { unusableBecause } from '../db/old-server-file.ts';
import { openSource, readingFrom, refuseOtherVersion, watchSource } from '../db/open-source.ts';
import { compare, copy, countAll } from '../db/move.ts';
import type { Comparison } from '../db/move.ts';
import { NotMigrated } from '../db/not-migrated.ts';
import { nameOf } from '../db/postgres-url.ts';
import { DatabaseFault } from '../db/postgres-errors.ts';
import { pathOf, Unusable } from '../db/sqlite-file.ts';
import { Refusal } from '../kernel/refusal.ts';
import { databaseUrl, fail, readArguments, warnings, WrongArguments } from './arguments.ts';
import { refuseOthers, refuseUnequal, refuseWritten, summaryOf } from './move-report.ts';
import type { Ends } from './move-report.ts';
import { progressBar } from './progress-bar.ts';

const usage = `Usage: npm run db:move -- --from file:./userAuth.db --to postgres://user@host/database

Copies every user, session and limit counter from a SQLite file into an empty PostgreSQL database,
and compares both afterwards, row by row. Stop the server first: what it writes meanwhile is not
moved. The file is only read. If the move breaks off, run it again: it goes on where it was. To
begin anew instead, drop the schema "latchkey" in that database.

PGPASSWORD keeps the password out of the list of processes.

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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, breakOff);
  const comparisons = await move(urls, ends).catch((error: unknown) => {
    throw translated(error, ends);
  });
  console.log(`${ends.target} now holds what is in ${ends.source}, by count and digest of every table:`);
  console.log(summaryOf(comparisons));
  console.log(`No server may run on ${ends.source} any more: what it writes there from now on is lost.`);
  console.log('Next: set DATABASE_URL to what --to was, for example in a file .env, and run npm start.');
  console.log(
    'Everybody stays signed in. When all is well, delete the file and what lies beside it (-wal, -shm): the same hashes are in it.',
  );
}

async function move({ from, to }: Urls, ends: Ends): Promise<Comparison[]> {
  // Before the copy's own view of the file begins, so that no moment is between them.
  using watch = watchSource(pathOf(from));
  using source = openWhole(pathOf(from));
  const target = await openTarget(to);
  try {
    const total = await countAll(source);
    refuseOthers(await compare(source, target, step('Looking at what is there', total)), ends);
    await copy(source, target, step('Copying', total));
    const comparisons = await compare(source, target, step('Comparing', total));
    refuseWritten(watch.isWritten(), ends);
    refuseUnequal(comparisons, ends);
    return comparisons;
  } finally {
    await target.close();
  }
}

/** Sentences about opening a database name the setting of a server. */
async function openTarget(url: string): Promise<Database> {
  return await openDatabase(url, { poolSize: 1, log: warnings }).catch((error: unknown) => {
    throw error instanceof Unusable ? new Unusable(error.message.replaceAll('DATABASE_URL', '--to')) : error;
  });
}

/** At any moment: each batch is there whole or not at all, and nothing else has to be cleared away. */
function breakOff(): void {
  console.error('\nBroken off; run it again: it goes on where it was.');
  process.exit(1);
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

function translated(thrown: unknown, { source }: Ends): unknown {
  // Its sentence is for hosts.
  const error = thrown instanceof NotMigrated ? thrown.cause : thrown;
  if (error instanceof Refusal)
    return new Unusable('The database did not answer in time, and the move broke off. Run it again.');
  if (error instanceof DatabaseFault) return new Unusable(`The move broke off. ${error.message}`);
  return error instanceof Error && error.name === 'SqliteError' ? unusableBecause(source, error) : error;
}

await main().catch(fail);
