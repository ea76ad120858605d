import pg from 'pg';

import { startCluster } from '../tests/support/postgres-cluster.ts';
import { atTheEnd } from './children.ts';
import { startBetterAuth, startLatchkey } from './subjects.ts';
import type { Latchkey, Peer } from './subjects.ts';

/** Latchkey and Better Auth on one PostgreSQL, with a database each. */
export interface OnPostgres {
  version: string;
  latchkey: Latchkey;
  betterAuth: Peer;
}

export async function startOnPostgres(folder: string): Promise<OnPostgres> {
  const cluster = await startCluster();
  atTheEnd(async () => await cluster[Symbol.asyncDispose]());
  const version = await makeDatabases(cluster.url);
  const addressOf = (database: string): string => cluster.url.replace(/postgres$/, database);
  const latchkey = await startLatchkey(folder, { DATABASE_URL: addressOf('latchkey') });
  return { version, latchkey, betterAuth: await startBetterAuth(addressOf('better_auth')) };
}

async function makeDatabases(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const name of ['latchkey', 'better_auth']) await client.query(`create database ${name}`);
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}
