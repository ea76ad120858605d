import { chmodSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { diagnosis } from '../../tests/support/diagnosis.ts';
import type { Looked } from '../../tests/support/diagnosis.ts';
import { makeOldServerFile } from '../../tests/support/old-server-file.ts';
import { eachIsFound, machine, rightSetUp, setting } from '../../tests/support/right-set-up.ts';

describe('of the database the doctor', () => {
  const setUp = rightSetUp();

  function oldFile(): string {
    makeOldServerFile(setUp.path('old.db'));
    return setUp.path('old.db');
  }

  function foreignFile(): string {
    new Sqlite(setUp.path('foreign.db')).exec('create table invoices (id)').close();
    return setUp.path('foreign.db');
  }

  const planted = (sql: string) => (): Looked => {
    setUp.inDatabase(sql);
    return {};
  };

  eachIsFound(setUp, [
    [
      'a file in a folder that is not there',
      () => ({ env: { DATABASE_URL: `file:${setUp.path('nowhere/a.db')}` } }),
      'fault',
      'database',
      /its folder does not exist. Make the folder/,
    ],
    [
      'a folder in the place of a file',
      () => ({ env: { DATABASE_URL: `file:${setUp.path('.')}` } }),
      'fault',
      'database',
      /is a folder/,
    ],
    [
      'a file that is no database',
      () => ({ env: { DATABASE_URL: `file:${setUp.file('letter.db', 'a letter: '.repeat(999))}` } }),
      'fault',
      'database',
      /not a SQLite database/,
    ],
    [
      'a file of the old server',
      () => ({ env: { DATABASE_URL: `file:${oldFile()}` } }),
      'fault',
      'database',
      /old Express server.*\n\n[^]*npm run import --/,
    ],
    [
      'tables of another program',
      () => ({ env: { DATABASE_URL: `file:${foreignFile()}` } }),
      'fault',
      'database',
      /tables of another program \(invoices\)/,
    ],
    [
      'a newer version’s tables',
      planted("insert into latchkey_migrations (hash, created_at) values ('x', 9e12)"),
      'fault',
      'database',
      /made by a newer version/,
    ],
    [
      'an older version’s tables',
      planted('delete from latchkey_migrations where created_at = (select max(created_at) from latchkey_migrations)'),
      'warning',
      'database.migrations',
      /\d{4}_\w+ is to be applied/,
    ],
    [
      'a database in memory',
      setting({ DATABASE_URL: 'file::memory:' }),
      'warning',
      'database',
      /gone with the process/,
    ],
    [
      'a file on NFS',
      machine({ diskAt: () => ({ freeBytes: 50e9, type: 0x6969 }) }),
      'fault',
      'database.network',
      /is on NFS.* locks do not hold/,
    ],
    [
      'a disk that is nearly full',
      machine({ diskAt: () => ({ freeBytes: 5e8, type: 0xef53 }) }),
      'warning',
      'disk',
      /0\.5 GB are free/,
    ],
    [
      'a disk that is full',
      machine({ diskAt: () => ({ freeBytes: 1e7, type: 0xef53 }) }),
      'fault',
      'disk',
      /Make room/,
    ],
  ]);

  test.skipIf(process.getuid?.() !== 0 || !process.seteuid)('finds a file that this user may not write', async () => {
    const env = setUp.env();
    const folder = dirname(setUp.path('auth.db'));
    chmodSync(folder, 0o755);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
    process.seteuid?.(65_534);
    try {
      const found = await diagnosis({ env });
      expect(found.map((one) => [one.state, one.check])).toEqual([['fault', 'database']]);
      expect(found[0]?.text).toMatch(/cannot be written\. Give this user the right/);
    } finally {
      process.seteuid?.(0);
    }
  });
});
