import type { TestProject } from 'vitest/node';

import { openPostgres } from '../../server/db/open-postgres.ts';
import { startCluster } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';
import { asAdmin, onDatabase, prefix, template } from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

// What is not synced is lost with the machine only; nothing here outlives the run anyway.
const quick = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '300',
  deadlock_timeout: '50ms',
};

let cluster: Cluster | undefined;
let url = '';

/** One PostgreSQL for the whole run: that of TEST_POSTGRES_URL, or one of its own. */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env['TEST_POSTGRES_URL'];
  cluster = given ? undefined : await startCluster(quick);
  url = given ?? cluster?.url ?? '';
  await dropAll();
  await asAdmin(url, async (client) => await client.query(`create database ${template}`));
  await (await openPostgres(onDatabase(url, template), { poolSize: 1, log: { warn: () => {} } })).close();
  project.provide('postgresUrl', url);
}

export async function teardown(): Promise<void> {
  if (cluster) await cluster[Symbol.asyncDispose]();
  else await dropAll();
}

async function dropAll(): Promise<void> {
  await asAdmin(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database where datname ~ $1', [
      `^${prefix}`,
    ]);
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  });
}
