// Better Auth as its documentation sets it up, on SQLite or PostgreSQL. What it needs is installed by the run.
import { createServer } from 'node:http';

import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import Database from 'better-sqlite3';
import pg from 'pg';

import { announce } from '../servers/noop.ts';

const { BENCH_DATABASE = '', BENCH_COOKIE_CACHE } = process.env;

function openDatabase() {
  if (BENCH_DATABASE.startsWith('postgres:')) return new pg.Pool({ connectionString: BENCH_DATABASE });
  const database = new Database(BENCH_DATABASE);
  // As better-sqlite3 recommends.
  database.pragma('journal_mode = WAL');
  return database;
}

const server = createServer();
server.listen(0, '127.0.0.1', async () => {
  const options = {
    baseURL: `http://localhost:${server.address().port}`,
    secret: 'of no worth outside of this measurement',
    database: openDatabase(),
    emailAndPassword: { enabled: true },
    // As Latchkey's.
    rateLimit: { enabled: false },
    // An hour, so that no answer of a run is of an expired one.
    ...(BENCH_COOKIE_CACHE && { session: { cookieCache: { enabled: true, maxAge: 3600 } } }),
  };
  await (await getMigrations(options)).runMigrations();
  server.on('request', toNodeHandler(betterAuth(options)));
  announce(server);
});
