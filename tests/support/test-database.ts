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
}

const options = { poolSize: 2, log: { warn: () => {} } };

/** The names of all databases that a run makes begin so. */
export const prefix = 'latchkey_test_';
export const template = `${prefix}template`;

export const testDatabase = async (): Promise<TestDatabase> => (isPostgres ? await onPostgres() : onSqlite());

/** An empty database, opened. It is gone after the run. */
export async function openTestDatabase(): Promise<Database> {
  if (!isPostgres) return await openDatabase('file::memory:', options);
  return await openDatabase(onDatabase(inject('postgresUrl'), await makeDatabase(inject('postgresUrl'))), options);
}

/** A PostgreSQL database that somebody else made, and removes. */
export const atUrl = (url: string): TestDatabase => ({ url, file: '', [Symbol.asyncDispose]: async () => {} });

// In memory where a Linux has it: a sync that nobody needs is nothing there. What is about disks makes its own folder.
export const fastest = !isMany && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function onSqlite(): TestDatabase {
  const folder = mkdtempSync(join(fastest, 'latchkey-test-'));
  const file = join(folder, 'userAuth.db');
  return {
    url: `file:${file}`,
    file,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

// Emptied and used again by the next test: that is quicker than a new one.
const free: string[] = [];

async function onPostgres(): Promise<TestDatabase> {
  const cluster = inject('postgresUrl');
  const name = free.pop() ?? (await makeDatabase(cluster));
  const url = onDatabase(cluster, name);
  return {
    url,
    file: '',
    async [Symbol.asyncDispose]() {
      await asAdmin(url, async (client) => {
        await client.query(
          'delete from latchkey.users; delete from latchkey.limit_counters; delete from latchkey.events; delete from latchkey.jobs; delete from latchkey.signing_keys',
        );
      });
      free.push(name);
    },
  };
}

async function makeDatabase(cluster: string): Promise<string> {
  const name = `${prefix}${newId().replaceAll('-', '')}`;
  await asAdmin(cluster, async (client) => await client.query(`create database ${name} template ${template}`));
  return name;
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
