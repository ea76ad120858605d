import { defineConfig } from 'drizzle-kit';

const url = process.env['DATABASE_URL'] || 'file:./userAuth.db';
// The same history table as in server/db, so that both agree on what has been applied.
const table = 'latchkey_migrations';

/** For the database that DATABASE_URL names. */
export default /^postgres(ql)?:/.test(url)
  ? defineConfig({
      dialect: 'postgresql',
      schema: './server/db/schema.postgres.ts',
      out: './drizzle/postgres',
      dbCredentials: { url },
      schemaFilter: ['latchkey'],
      migrations: { table, schema: 'latchkey' },
    })
  : defineConfig({
      dialect: 'sqlite',
      schema: './server/db/schema.ts',
      out: './drizzle/sqlite',
      dbCredentials: { url },
      migrations: { table },
    });
