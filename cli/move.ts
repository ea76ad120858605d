import { allTables } from '../server/db/all-tables.ts';
import type { Database, Queryable } from '../server/db/database.ts';
import { isPostgres, openDatabase } from '../server/db/open-database.ts';
import { unusableBecause } from '../server/db/old-server-file.ts';
import { openSource, readingFrom, refuseOtherVersion, watchSource } from '../server/db/open-source.ts';
import { compare, copy, countAll } from '../server/db/move.ts';
import type { Comparison } from '../server/db/move.ts';
import { NotMigrated } from '../server/db/not-migrated.ts';
import { nameOf } from '../server/db/postgres-url.ts';
import { DatabaseFault } from '../server/db/postgres-errors.ts';
import { pathOf, Unusable } from '../server/db/sqlite-file.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { command, WrongArguments } from './command.ts';
import { databaseUrl } from './database-url.ts';
import { endWhenInterrupted } from './interruption.ts';
import { warningsTo } from './io.ts';
import type { Io } from './io.ts';
import { refuseOthers, refuseUnequal, refuseWritten, summaryOf } from './move-report.ts';
import type { Ends } from './move-report.ts';
import { progressBar } from './progress-bar.ts';

interface Urls {
  from: string;
  to: string;
}

export const move = command({
  summary: 'brings a SQLite file into PostgreSQL',
  usage: `Copies every user, session and limit counter from a SQLite file into an empty PostgreSQL database,
and compares both afterwards, row by row. Stop the server first: what it writes meanwhile is not
moved. The file is only read. If the move breaks off, run it again: it goes on where it was. To
begin anew instead, drop the schema "latchkey" in that database. PGPASSWORD keeps the password out of
the list of processes. It has failed where both are not equal at the end.`,
  takes: [],
  options: {
    from: { type: 'string', value: '<url>', about: 'file: and the path of the SQLite file', isNeeded: true },
    to: { type: 'string', value: '<url>', about: 'postgres:// and user, host and database', isNeeded: true },
  },
  examples: [['move --from file:./userAuth.db --to postgres://user@host/database', 'into an empty database']],
  async run({ values: { from, to } }, io) {
    const urls = { from: databaseUrl('--from', from), to: databaseUrl('--to', to) };
    if (isPostgres(urls.from)) throw new WrongArguments('--from: must be file: and the path of a SQLite file');
    if (!isPostgres(urls.to)) throw new WrongArguments('--to: must be postgres:// and user, host and database');

    const ends = { source: pathOf(urls.from), target: nameOf(urls.to) };
    endWhenInterrupted('Broken off; run it again: it goes on where it was.');
    const comparisons = await copyAll(urls, { ends, io }).catch((error: unknown) => {
      throw translated(error, ends);
    });
    const tables = comparisons.map(({ name, rows, digest }) => ({ name: allTables[name], rows, digest }));
    io.print(textOf(comparisons, ends), { ...ends, tables });
    return 0;
  },
});

const textOf = (comparisons: Comparison[], { source, target }: Ends): string =>
  [
    `${target} now holds what is in ${source}, by count and digest of every table:`,
    summaryOf(comparisons),
    `No server may run on ${source} any more: what it writes there from now on is lost.`,
    'Next: set DATABASE_URL to what --to was, for example in a file .env, and start the server.',
    'Everybody stays signed in. When all is well, delete the file and what lies beside it (-wal, -shm): the same hashes are in it.',
  ].join('\n');

async function copyAll({ from, to }: Urls, { ends, io }: { ends: Ends; io: Io }): Promise<Comparison[]> {
  // Before the copy's own view of the file begins, so that no moment is between them.
  using watch = watchSource(pathOf(from));
  using source = openWhole(pathOf(from));
  const target = await openTarget(to, io);
  try {
    const total = await countAll(source);
    refuseOthers(await compare(source, target, step(io, 'Looking at what is there', total)), ends);
    await copy(source, target, step(io, 'Copying', total));
    const comparisons = await compare(source, target, step(io, 'Comparing', total));
    refuseWritten(watch.isWritten(), ends);
    refuseUnequal(comparisons, ends);
    return comparisons;
  } finally {
    await target.close();
  }
}

/** Sentences about opening a database name the setting of a server. */
async function openTarget(url: string, io: Io): Promise<Database> {
  return await openDatabase(url, { poolSize: 1, log: warningsTo(io) }).catch((error: unknown) => {
    throw error instanceof Unusable ? new Unusable(error.message.replaceAll('DATABASE_URL', '--to')) : error;
  });
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

function step(io: Io, what: string, total: number): (done: number) => void {
  io.note(what);
  const draw = progressBar(io.screen, total);
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
