import { ask, schemaName, unsyncedSettings, withClient } from './migrate-postgres.ts';
import { historyTable } from './migrations.ts';
import { ownTables } from './own-tables.ts';
import { unusableBecause } from './postgres-url.ts';

export interface PostgresExamination {
  /** The role that we log in as. */
  role: string;
  /** What it may not do and has to, such as `insert of latchkey.users`. */
  lacking: string[];
  /** Whether it may change tables. */
  mayMigrate: boolean;
  /** Settings that let PostgreSQL answer before it has synced. */
  unsynced: string[];
  /** What the time is there, in milliseconds. */
  time: number;
}

const rights = ['select', 'insert', 'update', 'delete'];

/**
 * What a role may do, and how PostgreSQL is set. It only reads.
 *
 * @throws Unusable with a sentence for the operator
 */
export async function examinePostgres(url: string): Promise<PostgresExamination> {
  const connection = { connectionString: url, application_name: 'latchkey' };
  const examining = withClient(connection, async (client) => {
    const tables = ownTables.filter((name) => name !== historyTable).map((name) => `${schemaName}.${name}`);
    const lacking = await ask<{ what: string }>(
      client,
      `select needed.allowed || ' of ' || named.name as what
        from unnest($1::text[]) as named (name), unnest($2::text[]) as needed (allowed)
        where to_regclass(named.name) is not null and not has_table_privilege(named.name, needed.allowed)`,
      [tables, rights],
    );
    const [about] = await ask<{ role: string; may: boolean; time: number }>(
      client,
      `select current_user as role,
        coalesce(
          (select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass($1)),
          has_database_privilege(current_database(), 'create')
        ) as may,
        (extract(epoch from clock_timestamp()) * 1000)::float8 as time`,
      [`${schemaName}.users`],
    );
    return {
      role: about?.role ?? '',
      lacking: lacking.map(({ what }) => what),
      mayMigrate: about?.may ?? false,
      unsynced: await unsyncedSettings(client),
      time: about?.time ?? 0,
    };
  });
  return await examining.catch((error: unknown) => {
    throw unusableBecause(url, error);
  });
}
