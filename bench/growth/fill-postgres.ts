import pg from 'pg';

import { openPostgres } from '../../server/db/open-postgres.ts';
import type { Cluster } from '../../tests/support/postgres-cluster.ts';
import { sessionsEach, stride } from './people.ts';

/** What a database is filled with, and who is told how many rows it has. */
export interface Filling {
  users: number;
  passwordHash: string;
  onProgress: (rows: number) => void;
}

const batch = 50_000;

/** The same people and sessions as in fill-sqlite.ts, made by PostgreSQL itself. */
export async function fillPostgres(url: string, { users, passwordHash, onProgress }: Filling): Promise<void> {
  await (await openPostgres(url, { poolSize: 1, log: { warn: () => {} } })).close();
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('set synchronous_commit = off; set session_replication_role = replica');
    await client.query('create temporary table people (number int primary key, id uuid not null)');
    const inBatches = async (total: number, done: number, insert: (numbers: number[]) => Promise<unknown>) => {
      for (let from = 0; from < total; from += batch) {
        const to = Math.min(total, from + batch);
        await insert([from, to - 1]);
        onProgress(done + to);
      }
    };
    await inBatches(users, 0, async (numbers) => await client.query(insertUsers, [...numbers, passwordHash]));
    await inBatches(
      users * sessionsEach,
      users,
      async (numbers) => await client.query(insertSessions, [...numbers, stride, users]),
    );
    await client.query('vacuum analyze latchkey.users');
    await client.query('vacuum analyze latchkey.sessions');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/** Gives PostgreSQL as much memory of its own as both databases have rows for, and reads them into it. */
export async function growBuffers(cluster: Cluster, urls: string[]): Promise<void> {
  await ask(cluster.url, "alter system set shared_buffers = '2GB'", 'checkpoint');
  await cluster.crash();
  await cluster.start();
  // By indexes: what reads a table from end to end leaves nothing in the buffers.
  const byIndex = ['set enable_seqscan = off', 'set enable_bitmapscan = off'];
  for (const url of urls)
    await ask(
      url,
      ...byIndex,
      "select count(address) from latchkey.sessions where token_hash > '\\x'",
      "select count(name) from latchkey.users where id > '00000000-0000-0000-0000-000000000000'",
      "select count(name) from latchkey.users where email > ''",
    );
}

/** Makes an empty one beside that of the URL, and returns its own. */
export async function createDatabase(cluster: string, name: string): Promise<string> {
  await ask(cluster, `create database ${name}`);
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return url.href;
}

async function ask(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const insertUsers = `
  with made as (
    insert into people select number, uuidv7() from generate_series($1::int, $2::int) as number returning number, id
  )
  insert into latchkey.users (id, created_at, email, password_hash)
  select id, now(), left(encode(sha256(number::text::bytea), 'hex'), 16) || '@example.com', $3 from made`;

const insertSessions = `
  insert into latchkey.sessions
    (id, created_at, user_id, token_hash, factors, browser, system, address, last_seen_at, expires_at)
  select uuidv7(), now(), people.id, sha256(lpad(session.number::text, 43, 't')::bytea), 'password',
    'Firefox 152', 'Linux', '203.0.113.9', now(), now() + interval '7 days'
  from generate_series($1::int, $2::int) as session (number)
  join people on people.number = (session.number::bigint * $3::int) % $4::int`;
