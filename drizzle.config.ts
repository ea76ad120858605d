import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './server/db/schema.ts',
  out: './drizzle/sqlite',
  dbCredentials: { url: process.env['DATABASE_URL'] ?? 'file:./userAuth.db' },
  // The same history table as server/db/migrate.ts, so that both agree on what has been applied.
  migrations: { table: 'latchkey_migrations' },
});
