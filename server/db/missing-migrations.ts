import { statSync } from 'node:fs';

import { inspectFile } from './inspect-file.ts';
import { newestApplied } from './migrate.ts';
import { migrationsAfter } from './migrations.ts';
import { openReadonly, unusableBecause } from './old-server-file.ts';
import { isPostgres } from './open-database.ts';
import { nameOf, unusableBecause as postgresUnusableBecause } from './postgres-url.ts';
import { pathOf } from './sqlite-file.ts';

/**
 * The names of the migrations that a database lacks. Nothing is changed, and no file is made.
 *
 * @throws Unusable with a sentence for the operator
 */
export async function missingMigrations(url: string): Promise<string[]> {
  return isPostgres(url) ? await missingInPostgres(url) : missingInFile(pathOf(url));
}

async function missingInPostgres(url: string): Promise<string[]> {
  const { missingMigrations: missing } = await import('./migrate-postgres.ts');
  return await missing({ connectionString: url, application_name: 'latchkey' }, nameOf(url)).catch((error: unknown) => {
    throw postgresUnusableBecause(url, error);
  });
}

function missingInFile(path: string): string[] {
  inspectFile(path);
  const isEmpty = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  if (path === ':memory:' || isEmpty) return migrationsAfter('sqlite', 0);
  const client = openReadonly(path);
  try {
    return migrationsAfter('sqlite', newestApplied(client));
  } catch (error) {
    throw unusableBecause(path, error);
  } finally {
    client.close();
  }
}
