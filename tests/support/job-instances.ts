import Sqlite from 'better-sqlite3';

import type { Database } from '../../server/db/database.ts';
import { openDatabase } from '../../server/db/open-database.ts';
import { createJobs } from '../../server/jobs/jobs.ts';
import type { NewJob } from '../../server/jobs/jobs.ts';
import type { AboutJob } from '../../server/jobs/run.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestClock } from '../../server/testing/test-clock.ts';
import { asAdmin, isPostgres, testDatabase } from './test-database.ts';

/** Several instances on one database and one clock, each with the parts that a process has of jobs. */
export async function instances(count: number) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const clock = createTestClock();
  const lines: string[] = [];
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const all = await Promise.all(
    Array.from({ length: count }, async () => {
      const db = await openDatabase(database.url, { poolSize: 4, log });
      stack.defer(async () => await db.close());
      const jobs = createJobs({ db, clock, log });
      stack.defer(async () => await jobs.stop(0));
      return { db, jobs, add: async (job: NewJob) => await db.atomically((tx) => [jobs.add(tx, job)]) };
    }),
  );
  const [first] = all;
  if (!first) throw new Error('None was asked for');
  return {
    ...first,
    all,
    /** Runs a statement as an operator does, and returns the first column of what it finds. */
    sql: async (text: string): Promise<unknown[]> => {
      if (isPostgres)
        return (await asAdmin(database.url, async (client) => await client.query(text))).rows.map(({ id }) => id);
      using stack = new DisposableStack();
      const client = stack.adopt(new Sqlite(database.file), (one) => one.close());
      const statement = client.prepare(text.replaceAll('latchkey.', ''));
      return statement.reader ? statement.pluck().all() : [statement.run()];
    },
    clock,
    /** All but that the PostgreSQL of the tests does not sync, which is on purpose. */
    logged: () =>
      lines
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter(({ event }) => event !== 'database.unsynced'),
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

/** Every job that there is. */
export const jobRows = async ({ orm, tables }: Database) => await orm.select().from(tables.jobs);

/** Work that a test ends when it likes. */
export function slowWork() {
  const begun: { data: unknown; about: AboutJob; end: () => void }[] = [];
  const waiting: (() => void)[] = [];
  return {
    begun,
    work: async (data: unknown, about: AboutJob): Promise<void> =>
      await new Promise((resolve) => {
        begun.push({ data, about, end: resolve });
        waiting.splice(0).forEach((tell) => tell());
      }),
    /** Resolves once so many have begun. */
    untilBegun: async (count: number): Promise<void> => {
      while (begun.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
