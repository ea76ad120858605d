import { readConfig } from '../server/config.ts';
import { missingMigrations } from '../server/db/missing-migrations.ts';
import { isPostgres, openDatabase } from '../server/db/open-database.ts';
import { nameOf } from '../server/db/postgres-url.ts';
import { pathOf } from '../server/db/sqlite-file.ts';
import { command } from './command.ts';
import { warningsTo } from './io.ts';

export const migrate = command({
  summary: 'brings the tables up to date',
  usage: `Brings the tables of DATABASE_URL up to date, and ends. A server does the same at its start, so this
is for where servers log in as a role that may not change tables. With --dry-run it says which
migrations it would apply, and changes nothing.`,
  takes: [],
  options: { 'dry-run': { type: 'boolean', about: 'only says what would be done' } },
  examples: [
    ['migrate --dry-run', 'what an upgrade would change'],
    ['migrate', 'changes it'],
  ],
  async run({ values }, io) {
    const { databaseUrl } = readConfig(io.settings());
    const database = isPostgres(databaseUrl) ? nameOf(databaseUrl) : pathOf(databaseUrl);
    const missing = await missingMigrations(databaseUrl);
    if (values['dry-run']) {
      io.print(planFor(database, missing), { database, missing, applied: [] });
      return 0;
    }
    const db = await openDatabase(databaseUrl, { poolSize: 1, log: warningsTo(io) });
    await db.close();
    const done = missing.length === 0 ? '' : ` Migrations applied: ${missing.length}.`;
    io.print(`${database} is up to date.${done}`, { database, missing: [], applied: missing });
    return 0;
  },
});

function planFor(database: string, missing: string[]): string {
  if (missing.length === 0) return `${database} is up to date: there is nothing to apply.`;
  return [`Would be applied to ${database}, in this order:`, ...missing.map((name) => `  ${name}`)].join('\n');
}
