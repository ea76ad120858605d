// An app of Better Auth with three accounts: in the SQLite file or the PostgreSQL that is named.
import { DatabaseSync } from 'node:sqlite';

import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';

const [, , where = ''] = process.argv;
const isPostgres = where.startsWith('postgres:');
const database = isPostgres ? new pg.Pool({ connectionString: where }) : new DatabaseSync(where);
const auth = betterAuth({
  database,
  secret: 'nothing is signed by it that anybody keeps, 1 2 3 4 5 6 7 8 9',
  baseURL: 'http://localhost:3000',
  emailAndPassword: { enabled: true },
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

await auth.api.signUpEmail({ body: { email: 'Ada@Example.com', password: 'correct horse battery', name: 'Ada' } });
await auth.api.signUpEmail({ body: { email: 'grace@example.com', password: 'compilers are fun', name: 'Grace' } });
const { internalAdapter } = await auth.$context;
// As by a social account: there is no password.
await internalAdapter.createUser({ email: 'hedy@example.com', name: 'Hedy', emailVerified: true });
if (isPostgres) await database.end();
