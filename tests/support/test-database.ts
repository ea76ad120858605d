import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { inject } from 'vitest';

import type { Database } from '../../server/db/database.ts';
import { openDatabase } from '../../server/db/open-database.ts';
import { newId } from '../../server/kernel/id.ts';
import { isMany } from './many.ts';

/** Which database the tests of this run are about; see vitest.config.ts. */
export const isPostgres = process.env['TEST_DATABASE'] === 'postgres';

/** An empty database of its own, up to date, that is gone after the test. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
  /** Path of the file, where it is SQLite. */
  file: string;
  /** The same one, opened beside whoever uses it. Whoever asks does not close it. */
  opened(): Promise<Database>;
}

const options = { poolSize: 2, log: { warn: () => {} } };

/** The names of all databases that a run makes begin so. */
export const prefix = 'latchkey_test_';
export const template = `${prefix}template`;

export const testDatabase = async (): Promise<TestDatabase> => (isPostgres ? await onPostgres() : onSqlite());

/** An empty database, opened. It is gone after the run. */
export async function openTestDatabase(): Promise<Database> {
  if (!isPostgres) return await openDatabase('file::memory:', options);
  const database = await onPostgres();
  const db = await openDatabase(database.url, { ...options, migratesLater: true });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await db.close();
    await database[Symbol.asyncDispose]();
  };
  return { ...db, close: async () => await (closed ??= close()) };
}

/** A PostgreSQL database that somebody else made, and removes. */
export function atUrl(url: string): TestDatabase {
  const { opened, close } = openedOnce(url);
  return { url, file: '', opened, [Symbol.asyncDispose]: close };
}

/** Opened by the first who asks. */
function openedOnce(url: string): { opened: () => Promise<Database>; close: () => Promise<void> } {
  let opened: Promise<Database> | undefined;
  return {
    opened: async () => await (opened ??= openDatabase(url, { ...options, poolSize: 1, migratesLater: isPostgres })),
    close: async () => await (await opened)?.close(),
  };
}

// In memory where a Linux has it: a sync that nobody needs is nothing there. What is about disks makes its own folder.
export const fastest = !isMany && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function onSqlite(): TestDatabase {
  const folder = mkdtempSync(join(fastest, 'latchkey-test-'));
  const file = join(folder, 'userAuth.db');
  const { opened, close } = openedOnce(`file:${file}`);
  return {
    url: `file:${file}`,
    file,
    opened,
    async [Symbol.asyncDispose]() {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// Emptied and used again by the next test, as is the connection to it: that is quicker than new ones.
const free: { url: string; opened: () => Promise<Database> }[] = [];

async function onPostgres(): Promise<TestDatabase> {
  const { url, opened } = free.pop() ?? (await makeDatabase());
  return {
    url,
    file: '',
    opened,
    async [Symbol.asyncDispose]() {
      const db = await opened();
      await db.atomically(({ orm, tables }) =>
        [tables.users, tables.limitCounters, tables.events, tables.jobs, tables.signingKeys].map((one) =>
          orm.delete(one),
        ),
      );
      free.push({ url, opened });
    },
  };
}

async function makeDatabase(): Promise<{ url: string; opened: () => Promise<Database> }> {
  const cluster = inject('postgresUrl');
  const name = `${prefix}${newId().replaceAll('-', '')}`;
  await asAdmin(cluster, async (client) => await client.query(`create database ${name} template ${template}`));
  const url = onDatabase(cluster, name);
  return { url, opened: openedOnce(url).opened };
}

/** A database without any table; it is gone after the run. */
export async function blankDatabase(): Promise<string> {
  const cluster = inject('postgresUrl');
  const name = `${prefix}${newId().replaceAll('-', '')}`;
  await asAdmin(cluster, async (client) => await client.query(`create database ${name}`));
  return onDatabase(cluster, name);
}

export async function asAdmin<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Ends all connections to a database but the one that asks. */
export const terminateOthers =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
