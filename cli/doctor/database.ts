import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Config } from '../../server/config.ts';
import { journalAt } from '../../server/db/examine-file.ts';
import { missingMigrations } from '../../server/db/missing-migrations.ts';
import { isPostgres } from '../../server/db/open-database.ts';
import { nameOf } from '../../server/db/postgres-url.ts';
import { pathOf, Unusable } from '../../server/db/sqlite-file.ts';
import { explain } from '../explain.ts';
import type { Io } from '../io.ts';
import { clockFinding } from './clock.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

type Looking = { config: Pick<Config, 'databaseUrl'>; machine: Machine; io: Io };

/** Whether the database can be used as it is. Nothing in it is changed. */
export async function checkDatabase(looking: Looking): Promise<{ isUsable: boolean; findings: Finding[] }> {
  const { databaseUrl } = looking.config;
  try {
    const missing = await missingMigrations(databaseUrl);
    const findings = isPostgres(databaseUrl) ? await checkPostgres(looking, missing) : checkFile(looking, missing);
    const isThere = isPostgres(databaseUrl) || existsSync(pathOf(databaseUrl));
    return { isUsable: isThere && missing.length === 0, findings };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { isUsable: false, findings: [fault('database', explain(error, looking.io))] };
  }
}

// By linux/magic.h. Locks do not hold there, and several machines have no memory in common, which a log needs.
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff_53_4d_42, 'CIFS'],
  [0xfe_53_4d_42, 'SMB'],
]);

/** Bytes. */
const disk = { little: 1_000_000_000, none: 100_000_000 };

function checkFile({ config, machine, io }: Looking, missing: string[]): Finding[] {
  const path = pathOf(config.databaseUrl);
  if (path === ':memory:')
    return [warning('database', 'The database is in memory, and gone with the process. Set DATABASE_URL to a file')];
  const folder = dirname(path);
  const network = existsSync(folder) ? networkFileSystems.get(machine.diskAt(folder).type) : undefined;
  if (network)
    return [
      fault(
        'database.network',
        `The database ${path} is on ${network}, where SQLite's locks do not hold. Bring it to a disk of this machine, or set DATABASE_URL to a PostgreSQL`,
      ),
    ];
  const journal = journalAt(path);
  if (journal !== 'wal')
    return [
      fault(
        'database.journal',
        `SQLite can have no write-ahead log beside ${path}, but only “${journal}”. Bring the file to a disk of this machine`,
      ),
    ];
  const state = existsSync(path)
    ? `${path} can be used`
    : `${path} is not there yet: the first start makes it; where an app of your own has another, set DATABASE_URL to that`;
  return [
    ok('database', `The database ${state}`),
    ...checkTables(existsSync(path) ? missing : [], io),
    checkDisk(machine.diskAt(folder).freeBytes, folder),
  ];
}

function checkTables(missing: string[], { latchkey }: Io): Finding[] {
  if (missing.length === 0) return [];
  return [
    warning(
      'database.migrations',
      `The tables are of an older version: ${missing.join(', ')} is to be applied. The next start does that, or ${latchkey} migrate. Make a backup first`,
    ),
  ];
}

function checkDisk(freeBytes: number, folder: string): Finding {
  const said = `${(freeBytes / 1e9).toFixed(1)} GB are free in ${folder}`;
  if (freeBytes < disk.none) return fault('disk', `${said}. Make room: nobody can sign in once it is full`);
  return freeBytes < disk.little ? warning('disk', `${said}. Make room before it is full`) : ok('disk', said);
}

async function checkPostgres({ config, machine, io }: Looking, missing: string[]): Promise<Finding[]> {
  const { examinePostgres } = await import('../../server/db/examine-postgres.ts');
  const { unsyncedText } = await import('../../server/db/migrate-postgres.ts');
  const before = machine.now().getTime();
  const found = await examinePostgres(config.databaseUrl);
  const between = (before + machine.now().getTime()) / 2;
  const roles = `${io.latchkey} migrate as the owner of the tables (docs/operating.md, Roles)`;
  return [
    ok('database', `The database ${nameOf(config.databaseUrl)} answers`),
    ...(found.lacking.length > 0
      ? [
          fault(
            'database.rights',
            `The role ${found.role} may not ${found.lacking.join(', ')}. Run deploy/roles.sql as a superuser, and then ${roles}`,
          ),
        ]
      : []),
    ...(missing.length > 0 && !found.mayMigrate
      ? [
          fault(
            'database.migrations',
            `Migrations are missing (${missing.join(', ')}), and the role ${found.role} may not apply them. Run ${roles}`,
          ),
        ]
      : checkTables(missing, io)),
    ...found.unsynced.map((setting) => warning('database.unsynced', `${unsyncedText(setting)}. Set it to on`)),
    clockFinding('clock.database', 'the database', found.time - between),
  ];
}
